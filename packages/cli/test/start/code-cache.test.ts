import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { CodeCache } from "../../src/start/code-cache.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-code-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sources = join(folder, "sources");
const file = join(folder, "cache/code");
const settled = { settledMs: 0 };
/** Of the same length whatever the answer. */
const other = (answer: 1 | 2): string => `exports.answer = () => ${answer}; exports.path = [__filename, __dirname];\n`;

function open(): CodeCache {
  return new CodeCache(sources, file, settled);
}

interface Main {
  readonly answer: () => number;
  readonly path: readonly string[];
  readonly builtin: { readonly isIP: unknown };
}

function load(cache: CodeCache): Main {
  return cache.load("main.js") as Main;
}

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(sources, { recursive: true });
  const main = `const other = require("./other.js"); const { join } = require("node:path");
module.exports = { answer: other.answer, path: other.path, builtin: require("node:net"), join };\n`;
  writeFileSync(join(sources, "main.js"), main);
  writeFileSync(join(sources, "other.js"), other(1));
});

describe("files that are loaded through the code cache", () => {
  test("run as they would by themselves, each of them once", () => {
    const cache = open();
    const main = load(cache);
    expect(main.answer()).toBe(1);
    expect(main.path).toEqual([join(sources, "other.js"), sources]);
    expect(main.builtin.isIP).toBeTypeOf("function");
    expect(cache.load("main.js")).toBe(main);
  });

  test("name themselves and their own lines and columns in a stack", () => {
    writeFileSync(join(sources, "main.js"), 'exports.where = () => new Error("here").stack;\n');
    const { where } = open().load("main.js") as { readonly where: () => string };
    expect(where()).toContain(`${join(sources, "main.js")}:1:23)`);
  });

  test("are tried again after one that failed", () => {
    writeFileSync(join(sources, "other.js"), 'throw new Error("not today");\n');
    const cache = open();
    expect(() => load(cache)).toThrow("not today");
    writeFileSync(join(sources, "other.js"), other(2));
    expect(load(cache).answer()).toBe(2);
  });
});

describe("what an earlier process kept", () => {
  beforeEach(async () => {
    const first = open();
    load(first);
    expect(first.compiled).toEqual(["main.js", "other.js"]);
    expect(await first.keep()).toBe(true);
  });

  test("is taken, and the file stays as it is", async () => {
    const { ino } = statSync(file);
    const cache = open();
    expect(load(cache).answer()).toBe(1);
    expect(cache.compiled).toEqual([]);
    expect(await cache.keep()).toBe(true);
    expect(statSync(file).ino).toBe(ino);
  });

  test("can be read and written by nobody else", () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "cache")).mode & 0o777).toBe(0o700);
  });

  test("is not taken for a source that has changed, even to one of the same length; what is the same is", async () => {
    writeFileSync(join(sources, "other.js"), other(2));
    // The clock of older kernels may not have gone on since it was written first.
    utimesSync(join(sources, "other.js"), 1, 1);
    const cache = open();
    expect(load(cache).answer()).toBe(2);
    expect(cache.compiled).toEqual(["other.js"]);
    expect(await cache.keep()).toBe(true);
    const next = open();
    expect(load(next).answer()).toBe(2);
    expect(next.compiled).toEqual([]);
  });

  test.each([
    ["damaged code", (octets: Buffer) => octets.fill(octets.at(-9)! ^ 4, octets.length - 9, octets.length - 8)],
    ["a file that ends early", (octets: Buffer) => octets.subarray(0, octets.length - 1)],
    ["a file of one octet", () => Buffer.of(1)],
    ["an empty file", () => Buffer.alloc(0)],
    ["a header that is none", () => Buffer.from("\x04\0\0\0null")],
    ["a header that goes beyond the file", () => Buffer.from("\xff\xff\xff\xff{}", "latin1")],
    [
      "ranges that are none",
      (octets: Buffer) =>
        Buffer.from(octets.toString("latin1").replaceAll(/"start":\d/g, '"start":-9'.slice(0, 9)), "latin1"),
    ],
    [
      "what another Node wrote",
      (octets: Buffer) =>
        Buffer.from(octets.toString("latin1").replace(process.version, `x${process.version.slice(1)}`), "latin1"),
    ],
  ])("is not taken from %s, which the next one replaces", async (_, damage) => {
    const damaged = damage(readFileSync(file));
    writeFileSync(file, damaged);
    const cache = open();
    expect(load(cache).answer()).toBe(1);
    expect(cache.compiled).not.toEqual([]);
    expect(await cache.keep()).toBe(true);
    const next = open();
    load(next);
    expect(next.compiled).toEqual([]);
  });

  test.each([
    ["others may write", () => chmodSync(file, 0o602)],
    ["the group may write", () => chmodSync(file, 0o620)],
    [
      "is a link to another",
      () => {
        const elsewhere = join(folder, "elsewhere");
        writeFileSync(elsewhere, readFileSync(file), { mode: 0o600 });
        rmSync(file);
        symlinkSync(elsewhere, file);
      },
    ],
    [
      "is a folder",
      () => {
        rmSync(file);
        mkdirSync(file);
      },
    ],
  ])("is not taken from a file that %s", (_, change) => {
    change();
    const cache = open();
    expect(load(cache).answer()).toBe(1);
    expect(cache.compiled).toEqual(["main.js", "other.js"]);
  });
});

test("Nothing is kept of a source that may change again unseen", async () => {
  const cache = new CodeCache(sources, file);
  load(cache);
  expect(await cache.keep()).toBe(true);
  const next = open();
  load(next);
  expect(next.compiled).toEqual(["main.js", "other.js"]);
});

test("Where nothing can be written, everything runs all the same", async () => {
  writeFileSync(join(folder, "cache"), "not a folder");
  const cache = open();
  expect(load(cache).answer()).toBe(1);
  expect(await cache.keep()).toBe(false);
});
