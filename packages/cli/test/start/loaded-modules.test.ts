import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { cli } from "../support/world.ts";

// What a command loads is most of the time it takes: the property behind the figures of `bench --only startup`, without a clock.

const folder = mkdtempSync(join(tmpdir(), "vipcast-loaded-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bundle = fileURLToPath(new URL("../../bundle", import.meta.url));
const recorder = join(folder, "recorder.cjs");
const record = join(folder, "record.json");
writeFileSync(
  recorder,
  `const Module = require("node:module");
const load = Module._load;
const asked = new Set();
Module._load = function (request) {
  asked.add(request);
  return load.apply(this, arguments);
};
process.on("exit", () => {
  const files = Object.keys(require.cache);
  require("node:fs").writeFileSync(${JSON.stringify(record)}, JSON.stringify({ files, asked: [...asked] }));
});\n`,
);

interface Loaded {
  /** Libraries with code in what was loaded, as their source maps name them. */
  readonly libraries: readonly string[];
  readonly builtins: readonly string[];
}

function loadedBy(...args: readonly string[]): Loaded {
  const { CACHE_DIRECTORY: _, ...env } = process.env;
  rmSync(record, { force: true });
  spawnSync(process.execPath, ["--require", recorder, cli, ...args], { env });
  const { files, asked } = JSON.parse(readFileSync(record, "utf8")) as { files: string[]; asked: string[] };
  const maps = files.map((file) => `${file}.map`).filter((map) => existsSync(map));
  expect(maps.length).toBeGreaterThan(0);
  const sources = maps.flatMap((map) => (JSON.parse(readFileSync(map, "utf8")) as { sources: string[] }).sources);
  const libraries = sources.map((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return {
    libraries: [...new Set(libraries.filter((name) => name !== undefined))].sort(),
    builtins: [...new Set(asked.filter(isBuiltin).map((name) => name.replace(/^node:/, "")))].sort(),
  };
}

/** Each of them takes milliseconds to load. */
const heavy = ["child_process", "crypto", "http", "https", "tls"];

describe("what is loaded", () => {
  test("for the help of vipcast is nothing but its own words", () => {
    const { libraries, builtins } = loadedBy("--help");
    expect(libraries).toEqual([]);
    expect(heavy.filter((name) => builtins.includes(name))).toEqual([]);
  });

  test.each([["run"], ["announce"], ["status"], ["check"]])(
    "for the help of %s is the reader of command lines",
    (verb) => {
      const { libraries, builtins } = loadedBy(verb, "--help");
      expect(libraries).toEqual(["commander"]);
      expect(heavy.filter((name) => builtins.includes(name))).toEqual([]);
    },
  );

  test.each([["status"], ["vips"], ["explain", "192.0.2.10"], ["drain"]])(
    "for %s is an HTTP client besides",
    (...words) => {
      const { libraries, builtins } = loadedBy(...words, "--socket", join(folder, "none"));
      expect(libraries).toEqual(["commander"]);
      expect(heavy.filter((name) => builtins.includes(name))).toEqual(["http"]);
    },
  );

  test("until the daemon has its configuration is neither the log, nor the metrics, nor a server", () => {
    const { libraries, builtins } = loadedBy("run", "-c", join(folder, "none.yaml"));
    expect(libraries).toEqual(["commander", "ip-address", "ipaddr.js", "yaml", "zod"]);
    expect(heavy.filter((name) => builtins.includes(name))).toEqual([]);
  });
});

test("Nothing in the CLI's bundle is imported asynchronously, which would load Node's other module loader", () => {
  // One of its own, for processes of the lab: they are ES modules.
  const files = readdirSync(bundle).filter((file) => file.endsWith(".js") && file !== "lab-entry.js");
  expect(files).toContain("main.js");
  expect(files.filter((file) => /\bimport\s*\(/.test(readFileSync(join(bundle, file), "utf8")))).toEqual([]);
});
