import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { JsonLedger } from "../src/ledger-port.ts";

const first = { prefix: "192.0.2.10/32", interface: "lo" };
const second = { prefix: "2001:db8::10/128", interface: "lo" };

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "announce-vip-"));
  path = join(folder, "ledger.json");
});
afterEach(() => rm(folder, { recursive: true }));

test("an absent ledger is an empty one", async () => {
  expect(await new JsonLedger(path).load()).toEqual({ ok: true, entries: [] });
});

test("the next run reads what was recorded and not forgotten, each once", async () => {
  const ledger = new JsonLedger(path);
  await Promise.all([ledger.record([first, second]), ledger.record([first]), ledger.forget([second])]);
  expect(await new JsonLedger(path).load()).toEqual({ ok: true, entries: [first] });
  expect(await readdir(folder)).toEqual(["ledger.json"]);
});

test("a ledger from before a reboot is empty, for addresses do not survive one", async () => {
  await new JsonLedger(path).record([first]);
  const content = JSON.parse(await readFile(path, "utf8")) as object;
  await writeFile(path, JSON.stringify({ ...content, bootId: "another" }));
  expect(await new JsonLedger(path).load()).toEqual({ ok: true, entries: [] });
});

test.each([["{"], ["[]"], ['{"bootId":"x","entries":[{"prefix":1}]}']])(
  "a damaged ledger is a value: %s",
  async (text) => {
    await writeFile(path, text);
    expect(await new JsonLedger(path).load()).toMatchObject({ ok: false, code: "ERR_LEDGER" });
  },
);

test("a ledger that cannot be written is a value with the system's code, and the next write makes up for it", async () => {
  const later = join(folder, "later", "ledger.json");
  const ledger = new JsonLedger(later);
  expect(await ledger.record([first])).toMatchObject({ ok: false, code: "ENOENT" });
  await mkdir(join(folder, "later"));
  expect(await ledger.record([second])).toEqual({ ok: true });
  expect(await new JsonLedger(later).load()).toEqual({ ok: true, entries: [first, second] });
});
