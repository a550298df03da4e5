/**
 * Runs a function in a Node process of its own, inside a network namespace that ends with it, on the built package. The
 * function travels as text: it sees nothing but its arguments, and what it returns comes back as JSON (Infinity as text).
 */

import type * as AssertModule from "node:assert/strict";
import type * as ChildProcessModule from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import type * as FsModule from "node:fs";
import type * as NetModule from "node:net";
import { fileURLToPath } from "node:url";
import type * as Linux from "../../src/index.ts";

/** What the function is given. */
export interface Inside {
  readonly linux: typeof Linux;
  readonly assert: typeof AssertModule;
  readonly childProcess: typeof ChildProcessModule;
  readonly net: typeof NetModule;
  readonly fs: typeof FsModule;
  /** Runs a command and returns what it prints; throws when it fails. */
  sh(command: string): string;
  sleep(ms: number): Promise<void>;
  /** Polls until `condition` holds; throws after 5 s. */
  until(condition: () => boolean, what: string): Promise<void>;
}

/** How the process is started. */
export interface NamespaceOptions {
  /** A private mount namespace as well. */
  readonly mounts?: boolean;
  /** Capabilities taken away, as setpriv names them: "net_admin". */
  readonly without?: string;
}

const bundle = new URL("../../bundle/index.js", import.meta.url).href;
const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

function unshareArguments(mounts: boolean): string[] {
  return [process.getuid?.() === 0 ? [] : ["-r"], ["-n"], mounts ? ["-m"] : []].flat();
}

/** Whether this machine lets us make namespaces at all (some containers do not). */
export const namespacesWork: boolean = spawnSync("unshare", [...unshareArguments(true), "true"]).status === 0;

const prelude = `
import * as linux from ${JSON.stringify(bundle)};
import assert from "node:assert/strict";
import * as childProcess from "node:child_process";
import * as net from "node:net";
import * as fs from "node:fs";
import { writeSync } from "node:fs";
const sh = (command) => childProcess.execFileSync("sh", ["-c", command], { encoding: "utf8" });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (condition, what) => {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error("waited 5 s for " + what);
    await sleep(2);
  }
};
`;

/** Runs `body` and resolves to what it returns; rejects with its stderr when it fails or does not end by itself in 9 s. */
export function inNamespace<T>(body: (inside: Inside) => Promise<T> | T, options: NamespaceOptions = {}): Promise<T> {
  const script =
    `${prelude}\nconst body = ${body.toString()};\n` +
    "const result = await body({ linux, assert, childProcess, net, fs, sh, sleep, until });\n" +
    "const text = JSON.stringify(result ?? null, (key, value) => (value === Infinity ? 'Infinity' : value));\n" +
    "writeSync(3, text);\n";
  const node = [process.execPath, "--enable-source-maps", "--input-type=module", "-e", script];
  const limited =
    options.without === undefined
      ? node
      : ["setpriv", "--inh-caps=-all", `--bounding-set=-${options.without}`, "--", ...node];
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", [...unshareArguments(options.mounts ?? false), "--", ...limited], {
      cwd: packageFolder,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let stderr = "";
    let result = "";
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout?.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdio[3]?.on("data", (chunk) => {
      result += chunk;
    });
    // `unshare` becomes the command it runs, so this ends the script itself.
    const timer = setTimeout(() => {
      stderr += "\nthe script did not end within 9 s";
      child.kill("SIGKILL");
    }, 9000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0 && result !== "") resolve(JSON.parse(result) as T);
      else reject(new Error(`the script ended with ${code}\n${stderr}`));
    });
  });
}
