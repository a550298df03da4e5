import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ledger, ownershipMark } from "@vipcast/linux";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileLedger } from "../../src/adapters/file-ledger.ts";

let stateDir = "";
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "vipcast-cli-"));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const mark = ownershipMark("test");
const open = (folder = stateDir): FileLedger => new FileLedger(new Ledger({ stateDir: folder, mark }));
const path = (): string => new Ledger({ stateDir, mark }).path;
const address = { prefix: "192.0.2.10/32", interface: "lo" };
const aggregate = { prefix: "2001:db8::/48", interface: "lo" };

describe("the ledger in a file", () => {
  test("is empty where there is none, and survives the process", async () => {
    const ledger = open();
    expect(await ledger.load()).toEqual({ ok: true, entries: [] });
    expect(await ledger.record([address, aggregate])).toEqual({ ok: true });
    const later = open();
    expect(await later.load()).toMatchObject({ ok: true, entries: [address, aggregate] });
    expect(await later.forget([address, { prefix: "192.0.2.99/32", interface: "lo" }])).toEqual({ ok: true });
    expect(await open().load()).toMatchObject({ ok: true, entries: [aggregate] });
  });

  test("believes nothing of an earlier boot", async () => {
    await open().record([address]);
    writeFileSync(path(), readFileSync(path(), "utf8").replace(/"bootId": "[^"]*"/, '"bootId": "another"'));
    expect(await open().load()).toEqual({ ok: true, entries: [] });
  });

  test("that is damaged is reported with its path, and replaced at the next write", async () => {
    writeFileSync(path(), "{");
    const ledger = open();
    const loaded = await ledger.load();
    expect(loaded).toMatchObject({ ok: false, code: "ERR_LEDGER_DAMAGED", message: expect.stringContaining(path()) });
    expect(await ledger.record([address])).toEqual({ ok: true });
    expect(await open().load()).toMatchObject({ ok: true, entries: [address] });
  });

  test("that cannot be written is a value with the system's code and words", async () => {
    writeFileSync(join(stateDir, "file"), "");
    const ledger = open(join(stateDir, "file/below"));
    expect(await ledger.record([address])).toMatchObject({ ok: false, code: "ENOTDIR", message: expect.any(String) });
  });
});
