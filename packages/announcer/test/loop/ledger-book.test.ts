import { describe, expect, it } from "vitest";
import { LedgerBook } from "../../src/loop/ledger-book.ts";
import { FakeLedger } from "../fakes/fake-ledger.ts";

const entry = (n: number): { prefix: string; interface: string } => ({ prefix: `192.0.2.${n}/32`, interface: "lo" });

describe("LedgerBook", () => {
  it("makes one write of what is asked for in one turn, and another of what is asked for meanwhile", async () => {
    const port = new FakeLedger();
    const book = new LedgerBook(port);
    let release = (): void => {};
    port.wait = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const first = [1, 2, 3].map((n) => book.record(entry(n)));
    await Promise.resolve();
    await Promise.resolve();
    const second = [4, 5].map((n) => book.record(entry(n)));
    port.wait = async () => {};
    release();
    for (const result of await Promise.all([...first, ...second])) expect(result).toEqual({ ok: true });
    expect(port.writes).toBe(2);
    expect([...book.entries]).toHaveLength(5);
  });

  it("believes an entry only once it is durable", async () => {
    const port = new FakeLedger();
    const book = new LedgerBook(port);
    port.failing = () => true;
    expect(await book.record(entry(1))).toMatchObject({ ok: false, code: "ENOSPC" });
    expect(book.has("192.0.2.1/32 lo")).toBe(false);
    port.failing = null;
    await book.record(entry(1));
    port.failing = () => true;
    expect(await book.forget(entry(1))).toMatchObject({ ok: false });
    expect(book.interfacesOf("192.0.2.1/32")).toEqual(["lo"]);
  });

  it("writes in the order of asking", async () => {
    const port = new FakeLedger();
    const book = new LedgerBook(port);
    await Promise.all([book.record(entry(1)), book.forget(entry(1)), book.record(entry(2))]);
    expect([...port.entries]).toEqual(["192.0.2.2/32 lo"]);
    await Promise.all([book.forget(entry(2)), book.record(entry(2))]);
    expect([...port.entries]).toEqual(["192.0.2.2/32 lo"]);
  });

  it("loads what an earlier run wrote, and says when it cannot", async () => {
    const port = new FakeLedger();
    port.entries.add("192.0.2.1/32 eth0");
    const book = new LedgerBook(port);
    expect(await book.load()).toEqual({ ok: true });
    expect(book.interfacesOf("192.0.2.1/32")).toEqual(["eth0"]);
    port.failing = () => true;
    expect(await new LedgerBook(port).load()).toMatchObject({ ok: false, code: "ENOSPC" });
  });
});
