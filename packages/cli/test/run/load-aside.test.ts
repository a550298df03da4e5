import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { maxConfigOctets } from "../../src/config/sources.ts";
import { loadConfig } from "../../src/run/load.ts";
import { loadAside } from "../../src/run/load-aside.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "vipcast.yaml");
/** What the published command starts. */
const bundled = fileURLToPath(new URL("../../bundle/worker/load-worker.js", import.meta.url));

const environment = { KEY: "s3cret" };
const head =
  "asn: 65001\npeers: [{ address: 10.0.0.254, asn: 65000, password: '${KEY}' }]\nmetrics: {}\nvips:\n" +
  "  - { prefix: 198.51.100.1, weight: 1G, weightFrom: 'exec:/bin/true', check: { all: [{ tcp: '127.0.0.1:1' }, { exec: [/bin/true], env: { A: b } }] } }\n";
const vips = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) => `  - { prefix: 10.1.${index >> 8}.${index & 255} } # ${"x".repeat(40)}\n`,
  ).join("");

/** How often the event loop turned until `work` was done. */
async function turnsOf<T>(work: Promise<T>): Promise<readonly [T, number]> {
  let turns = 0;
  let done = false;
  const turn = (): void => {
    turns++;
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  const result = await work;
  done = true;
  return [result, turns];
}

test("large files are read while the event loop turns, and come out as they do otherwise", async () => {
  writeFileSync(file, head + vips(1000));
  const [aside, turns] = await turnsOf(loadAside(file, environment, bundled));
  expect(turns).toBeGreaterThan(50);
  const here = loadConfig(file, environment);
  expect(here.ok).toBe(true);
  expect(aside).toEqual(here);
});

test("what is wrong with large files is said as it is of small ones", async () => {
  writeFileSync(file, `${head}${vips(1000)}  - { prefix: 127.0.0.1 }\n`);
  const aside = await loadAside(file, environment, bundled);
  expect(aside).toEqual(loadConfig(file, environment));
  expect(aside).toMatchObject({ ok: false, sentences: [expect.stringContaining("vipcast.yaml:1006:15: vips[1001]")] });
});

test("a thread that fails refuses the configuration, and small files need none", async () => {
  const broken = join(folder, "broken.cjs");
  writeFileSync(broken, "throw new Error('out of order');");
  writeFileSync(file, head + vips(1000));
  expect(await loadAside(file, environment, broken)).toMatchObject({
    ok: false,
    sentences: [
      `${file}:1:1: cannot be read, the thread that reads it has failed: out of order; try again, or make it smaller.`,
    ],
  });
  writeFileSync(broken, "");
  expect(await loadAside(file, environment, broken)).toMatchObject({ ok: false });
  writeFileSync(file, head);
  expect(await loadAside(file, environment, broken)).toMatchObject({ ok: true });
});

test("all files together have a limit, and the one that is beyond it is named", async () => {
  writeFileSync(file, head + vips(100));
  const more = join(folder, "conf.d");
  mkdirSync(more);
  const comment = `# ${"x".repeat(97)}\n`;
  writeFileSync(join(more, "a.yaml"), comment.repeat(10_000));
  writeFileSync(join(more, "b.yaml"), comment.repeat(12_000));
  const loaded = await loadAside(file, environment, bundled);
  expect(loaded).toMatchObject({
    ok: false,
    sentences: [
      expect.stringMatching(
        /b\.yaml:1:1: has 1200000 octets beside 10\d{5} of other files, and at most 2097152 are read together; name/,
      ),
    ],
  });
  expect(maxConfigOctets).toBe(2_097_152);
});
