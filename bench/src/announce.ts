import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Speaker } from "@vipcast/speaker";

const cli: string = fileURLToPath(new URL("../../packages/cli/bin/vipcast.js", import.meta.url));

/** One run of the real CLI against a passive speaker in this process. */
export interface Announcement {
  readonly child: ChildProcess;
  /** Milliseconds from spawn to Established, seen from the listener. */
  readonly establishedAfterMs: number;
  /** Where the daemon's control socket will be; nothing of `vipcast announce`. */
  readonly controlSocket: string;
  /** SIGTERM, then waits for the exit; rejects unless it was 0. */
  stop(): Promise<void>;
}

/** Starts `vipcast announce` for one VIP on `lo` of this (private) network namespace and waits for Established. */
export function announce(): Promise<Announcement> {
  return start((port, stateDir) => {
    const peer = `127.0.0.1,asn=65000,port=${port},source=10.0.0.1`;
    return ["announce", "192.0.2.10/32", "--asn", "65001", "--peer", peer, "--state-dir", stateDir];
  });
}

/** The same with `vipcast run` and a configuration file; with a folder for caches, as the systemd unit gives it one. */
export function runDaemon(cacheDirectory?: string): Promise<Announcement> {
  const environment = cacheDirectory === undefined ? {} : { CACHE_DIRECTORY: cacheDirectory };
  return start((port, stateDir) => {
    const file = join(stateDir, "vipcast.yaml");
    writeFileSync(
      file,
      `asn: 65001
stateDir: ${stateDir}/state
control: { socket: ${controlSocketIn(stateDir)} }
peers:
  - { address: 127.0.0.1, asn: 65000, port: ${port}, source: 10.0.0.1 }
vips:
  - { prefix: 192.0.2.10 }
`,
    );
    return ["run", "-c", file];
  }, environment);
}

function controlSocketIn(stateDir: string): string {
  return join(stateDir, "control.sock");
}

async function start(
  args: (port: number, stateDir: string) => readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Announcement> {
  const stateDir = mkdtempSync(join(tmpdir(), "vipcast-bench-"));
  const speaker = new Speaker({ asn: 65000, routerId: "10.0.0.254" });
  const { port } = await speaker.listen({ host: "127.0.0.1", port: 0 });
  let established: (at: number) => void = () => {};
  const up = new Promise<number>((resolve) => {
    established = resolve;
  });
  // On this very host only a loopback address may be the peer; the source is one that the listener knows.
  speaker.addPeer(
    { address: "10.0.0.1", asn: 65001, passive: true },
    { onEstablished: () => established(performance.now()) },
  );
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cli, ...args(port, stateDir), "--json"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => child.on("close", resolve));
  const early = exited.then((code) => {
    throw new Error(`vipcast ended with ${code} before Established: ${stderr.trim()}`);
  });
  const at = await Promise.race([up, early]);
  early.catch(() => {});
  return {
    child,
    establishedAfterMs: at - startedAt,
    controlSocket: controlSocketIn(stateDir),
    stop: async () => {
      child.kill("SIGTERM");
      const code = await exited;
      await speaker.close({ reason: "the benchmark is over" });
      rmSync(stateDir, { recursive: true, force: true });
      if (code !== 0) throw new Error(`vipcast ended with ${code}: ${stderr.trim()}`);
    },
  };
}
