import { describe, expect, it } from "vitest";
import { LedgerBook } from "../../src/loop/ledger-book.ts";
import { FakeLedger } from "../fakes/fake-ledger.ts";
import { settle, VirtualClock } from "../fakes/virtual-clock.ts";

const entry = (n: number): { prefix: string; interface: string } => ({ prefix: `192.0.2.${n}/32`, interface: "lo" });

describe("LedgerBook", () => {
  it("makes one write of what is asked for in one turn, and another of what is asked for meanwhile", async () => {
    const port = new FakeLedger();
    const book = new LedgerBook(port, new VirtualClock());
    let release = (): void => {};
    port.wait = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const first = [1, 2, 3].map((n) => book.record(entry(n), true));
    await settle();
    const second = [4, 5].map((n) => book.record(entry(n), true));
    port.wait = async () => {};
    release();
    for (const result of await Promise.all([...first, ...second])) expect(result).toEqual({ ok: true });
    expect(port.writes).toBe(2);
    expect([...book.entries]).toHaveLength(5);
  });

  it("believes an entry only once it is durable", async () => {
    const port = new FakeLedger();
    const book = new LedgerBook(port, new VirtualClock());
    port.failing = () => true;
    expect(await book.record(entry(1), true)).toMatchObject({ ok: false, code: "ENOSPC" });
    expect(book.has("192.0.2.1/32 lo")).toBe(false);
    port.failing = null;
    await book.record(entry(1), true);
    port.failing = () => true;
    expect(await book.forget(entry(1), true)).toMatchObject({ ok: false });
    expect(book.interfacesOf("192.0.2.1/32")).toEqual(["lo"]);
  });

  it("writes in the order of asking", async () => {
    const port = new FakeLedger();
    const book = new LedgerBook(port, new VirtualClock());
    await Promise.all([book.record(entry(1), true), book.forget(entry(1), true), book.record(entry(2), true)]);
    expect([...port.entries]).toEqual(["192.0.2.2/32 lo"]);
    await Promise.all([book.forget(entry(2), true), book.record(entry(2), true)]);
    expect([...port.entries]).toEqual(["192.0.2.2/32 lo"]);
  });

  it("loads what an earlier run wrote, and says when it cannot", async () => {
    const port = new FakeLedger();
    port.entries.add("192.0.2.1/32 eth0");
    const book = new LedgerBook(port, new VirtualClock());
    expect(await book.load()).toEqual({ ok: true });
    expect(book.interfacesOf("192.0.2.1/32")).toEqual(["eth0"]);
    port.failing = () => true;
    expect(await new LedgerBook(port, new VirtualClock()).load()).toMatchObject({ ok: false, code: "ENOSPC" });
  });

  it("leaves nine tenths of the time to everything else while nobody waits, and none once somebody does", async () => {
    const port = new FakeLedger();
    const clock = new VirtualClock();
    const book = new LedgerBook(port, clock);
    port.wait = () => clock.sleep(20);
    void book.record(entry(1), false);
    await clock.advance(20);
    void book.record(entry(2), false);
    await clock.advance(179);
    expect(port.writes).toBe(1);
    void book.record(entry(3), false);
    await clock.advance(1);
    expect(port.writes).toBe(2);
    await clock.advance(20);
    void book.forget(entry(1), false);
    await clock.advance(1);
    expect(port.writes).toBe(2);
    const written = book.written();
    await settle();
    expect(port.writes).toBe(3);
    await clock.advance(20);
    await written;
    expect([...port.entries]).toEqual(["192.0.2.2/32 lo", "192.0.2.3/32 lo"]);
    expect(clock.pending).toBe(0);
  });
});
