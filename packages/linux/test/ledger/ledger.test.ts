import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootId } from "../../src/host/process-identity.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { ownershipMark } from "../../src/ownership/mark.ts";

let stateDir = "";
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "vipcast-ledger-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const mark = ownershipMark();
const vip = { kind: "address", prefix: "192.0.2.10/32", interface: "lo" } as const;
const other = { kind: "address", prefix: "2001:db8::10/128", interface: "lo" } as const;
const open = (folder = stateDir): Ledger => new Ledger({ stateDir: folder, mark, now: () => 0 });

describe("the ledger", () => {
  it("is missing at first, and makes its folder at the first write", async () => {
    const ledger = open(join(stateDir, "deep/er"));
    expect(await ledger.read()).toEqual({ kind: "missing", path: join(stateDir, "deep/er/default.ledger.json") });
    ledger.record(vip);
    expect(await ledger.flush()).toBeUndefined();
    expect(readdirSync(join(stateDir, "deep/er"))).toEqual(["default.ledger.json"]);
  });

  it("remembers what was added, by whom and when, for the next process", async () => {
    const ledger = open();
    ledger.record(vip);
    ledger.record({ ...other, adopted: true });
    expect(await ledger.flush()).toBeUndefined();
    const next = open();
    const entries = [
      { ...vip, mark: 118, adopted: false, addedAt: "1970-01-01T00:00:00.000Z" },
      { ...other, mark: 0, adopted: true, addedAt: "1970-01-01T00:00:00.000Z" },
    ];
    expect(await next.read()).toEqual({
      kind: "ok",
      sameBoot: true,
      content: { instance: "default", bootId: bootId(), updatedAt: "1970-01-01T00:00:00.000Z", entries },
    });
    expect(next.entries()).toEqual(entries);
    expect(next.find(vip)).toEqual(entries[0]);
    next.forget(vip);
    next.forget(vip);
    await next.flush();
    await ledger.read();
    expect(ledger.entries()).toEqual([entries[1]]);
  });

  it("keeps the old file when a write was cut short, as by a crash before the rename", async () => {
    const ledger = open();
    ledger.record(vip);
    await ledger.flush();
    writeFileSync(`${ledger.path}.tmp`, '{"version":1,"inst');
    const next = open();
    expect(await next.read()).toMatchObject({ kind: "ok" });
    next.record(other);
    expect(await next.flush()).toBeUndefined();
    expect(readdirSync(stateDir)).toEqual(["default.ledger.json"]);
  });

  it("reports damage instead of guessing, and keeps the damaged file beside the new one", async () => {
    const ledger = open();
    writeFileSync(ledger.path, '{"version":1,"instance":"default","boo');
    expect(await ledger.read()).toMatchObject({ kind: "corrupt", reason: expect.stringContaining("not JSON") });
    expect(ledger.entries()).toEqual([]);
    ledger.replaceAll([{ ...vip, mark: 118, adopted: false, addedAt: "1970-01-01T00:00:00.000Z" }]);
    expect(await ledger.flush()).toBeUndefined();
    expect(readFileSync(`${ledger.path}.corrupt`, "utf8")).toBe('{"version":1,"instance":"default","boo');
    expect(await open().read()).toMatchObject({ kind: "ok" });
  });

  it("does not believe a ledger of another instance, and knows one of another boot", async () => {
    const blue = new Ledger({ stateDir, mark: ownershipMark("blue") });
    blue.record(vip);
    await blue.flush();
    const text = readFileSync(blue.path, "utf8");
    writeFileSync(open().path, text);
    expect(await open().read()).toMatchObject({ kind: "corrupt", reason: 'it belongs to the instance "blue"' });
    writeFileSync(blue.path, text.replace(bootId(), "an-earlier-boot"));
    expect(await blue.read()).toMatchObject({ kind: "ok", sameBoot: false });
  });

  it("says when it cannot be read", async () => {
    const ledger = new Ledger({ stateDir: "/dev/null", mark });
    expect(await ledger.read()).toMatchObject({ kind: "unreadable", error: { code: "ENOTDIR" } });
  });

  it("returns the error of a write that failed, and tries again at the next flush", async () => {
    writeFileSync(join(stateDir, "file"), "");
    const ledger = open(join(stateDir, "file"));
    ledger.record(vip);
    expect(await ledger.flush()).toMatchObject({ code: "EEXIST", operation: expect.stringContaining("state folder") });
    rmSync(join(stateDir, "file"));
    expect(await ledger.flush()).toBeUndefined();
    expect(await open(join(stateDir, "file")).read()).toMatchObject({ kind: "ok" });
  });

  it("shares one write among the changes of a burst", async () => {
    const ledger = open();
    const flushes: Promise<unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      ledger.record({ ...vip, prefix: `10.0.0.${i}/32` });
      flushes.push(ledger.flush());
    }
    expect((await Promise.all(flushes)).every((error) => error === undefined)).toBe(true);
    const next = open();
    await next.read();
    expect(next.entries()).toHaveLength(200);
  });
});
