import { describe, expect, it } from "vitest";
import type { GuardContext } from "../../src/intent/guards.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { viewEntry, Witness } from "../../src/loop/witness.ts";
import type { Announced } from "../../src/plan/step.ts";
import { bindingOf } from "../../src/plan/view.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const route: Announced = { mode: "normal", weight: null, signature: "", sinceMs: 0, draining: false };

interface Seen {
  readonly loop: Loop;
  readonly entry: VipEntry;
  readonly witness: Witness;
  /** What has been reported since the last call. */
  readonly news: () => Promise<string[]>;
  readonly touched: () => number;
}

/** A witness over a host that was observed; nobody acts on what it sees. */
async function seen(input: Parameters<typeof vip>[1] = {}, peers: readonly string[] = []): Promise<Seen> {
  const loop = new Loop({ damping: { removals: 3, windowMs: 10_000, holdDownMs: 500, maxHoldDownMs: 2000 } });
  void loop.observer.start();
  await loop.clock.advance(1);
  const guards: GuardContext = {
    host: loop.context.index,
    inLedger: (key: string) => loop.context.book.has(key),
    peers,
  };
  let touched = 0;
  const witness = new Witness(loop.context, guards, () => touched++);
  const entry = new VipEntry(vip(V, input), "serve");
  const news = async (): Promise<string[]> => {
    await loop.clock.advance(0);
    return loop.events.splice(0).flatMap(({ event, causes }) => (event.startsWith("peer.") ? [] : [event, ...causes]));
  };
  await news();
  return { loop, entry, witness, news, touched: () => touched };
}

/** As a bind of ours leaves it. */
async function bind({ loop, entry }: Seen): Promise<void> {
  await loop.host.bind(bindingOf(entry.vip));
  await loop.clock.advance(0);
}

describe("an address that comes", () => {
  it("is reported once, with who has it", async () => {
    const made = await seen();
    const { witness, entry, news } = made;
    witness.look(entry);
    expect(await news()).toEqual([]);
    await bind(made);
    witness.look(entry);
    witness.look(entry);
    expect(await news()).toEqual(["vip.bound", "vipcast has it on lo"]);
  });

  it("is not reported of a VIP on its way out, nor of one that somebody vouches for", async () => {
    const made = await seen();
    made.entry.goal = "remove";
    await bind(made);
    made.witness.look(made.entry);
    expect([await made.news(), made.entry.reportedBound]).toEqual([[], false]);
    const vouched = await seen({ bind: false, assumeBound: true });
    vouched.witness.look(vouched.entry);
    expect([await vouched.news(), vouched.entry.reportedBound]).toEqual([[], true]);
  });

  it("ends the wait for a retry, whoever has bound it", async () => {
    const { loop, witness, entry } = await seen({ adopt: true });
    entry.failure = { step: "bind", code: "EPERM", message: "no", attempt: 3, retryAtMs: 1e9 };
    witness.look(entry);
    expect(entry.failure).not.toBeNull();
    loop.host.put("192.0.2.10", 32);
    await loop.clock.advance(0);
    witness.look(entry);
    expect(entry.failure).toBeNull();
  });
});

describe("an address that goes", () => {
  it("is lost from the moment it was found missing, with the reason in words", async () => {
    const made = await seen();
    const { loop, witness, entry, news } = made;
    await bind(made);
    witness.look(entry);
    await news();
    loop.host.take(V);
    await loop.clock.advance(0);
    witness.look(entry);
    await loop.clock.advance(7);
    witness.look(entry);
    expect([entry.lostAtMs, await news()]).toEqual([1, ["address.lost", `${V} was removed from lo by somebody else`]]);
    loop.host.put("192.0.2.10", 32);
    await loop.clock.advance(0);
    entry.lostAtMs = null;
    witness.look(entry);
    expect(await news()).toContain(`${V} on lo now belongs to somebody else`);
  });

  it("is not said to be removed when its interface went down, and no rival counts for that", async () => {
    const made = await seen();
    const { loop, witness, entry, news } = made;
    await bind(made);
    witness.look(entry);
    await news();
    loop.host.setLink("lo", false);
    await loop.clock.advance(0);
    for (let time = 0; time < 5; time++) witness.noteRemoval(entry);
    expect([await news(), entry.isDamped(loop.clock.now())]).toEqual([["address.lost", "lo is down"], false]);
  });

  it("is back after the time that it was gone, our own bind's word before that of the clock", async () => {
    const made = await seen();
    const { loop, witness, entry, news } = made;
    await bind(made);
    witness.look(entry);
    loop.host.take(V);
    await loop.clock.advance(0);
    witness.look(entry);
    await news();
    entry.announced = route;
    entry.boundAtMs = 4;
    await bind(made);
    await loop.clock.advance(20);
    witness.look(entry);
    expect(await news()).toEqual(["address.restored", "vipcast put it back after 3 ms"]);
    expect(entry.lostAtMs).toBeNull();
  });

  it("that we put back late is said to have been announced all the while; one that came by itself is not ours to explain", async () => {
    const made = await seen();
    const { loop, witness, entry, news } = made;
    await bind(made);
    witness.look(entry);
    const lose = async (): Promise<void> => {
      loop.host.take(V);
      await loop.clock.advance(0);
      witness.look(entry);
      await news();
    };
    await lose();
    entry.announced = route;
    await loop.clock.advance(30);
    entry.boundAtMs = loop.clock.now();
    await bind(made);
    witness.look(entry);
    expect((await news()).join()).toContain("the kernel's answer was late");
    await loop.clock.advance(1);
    await lose();
    await loop.clock.advance(30);
    await bind(made);
    witness.look(entry);
    expect(await news()).toEqual(["address.restored", "it came back after 30 ms"]);
  });

  it("was never back when its interface had gone down before our bind, and is lost anew when it went down after", async () => {
    for (const reported of [false, true]) {
      const made = await seen();
      const { loop, witness, entry } = made;
      entry.announced = route;
      entry.lostAtMs = 1;
      await loop.clock.advance(4);
      // As the executor leaves it.
      loop.host.eventDelayMs = 3;
      const own = loop.context.index.beginBind(bindingOf(entry.vip));
      await loop.host.bind(bindingOf(entry.vip));
      entry.lostBeforeMs = entry.lostAtMs;
      own.done();
      witness.look(entry);
      expect(entry.lostAtMs).toBeNull();
      if (reported) await loop.clock.advance(3);
      loop.context.index.linkChanged({ name: "lo", up: false });
      witness.noteLink(entry);
      witness.look(entry);
      expect(entry.lostAtMs).toBe(reported ? 8 : 1);
    }
  });

  it("that the intent has given another place is not lost to anybody, and its time counts all the same", async () => {
    const { witness, entry, news } = await seen();
    entry.announced = route;
    witness.look(entry);
    expect([entry.lostAtMs, await news()]).toEqual([1, []]);
  });

  it("again and again is held down, and looked at when that ends", async () => {
    const made = await seen();
    const { loop, witness, entry, news, touched } = made;
    await bind(made);
    witness.look(entry);
    loop.host.take(V);
    await loop.clock.advance(0);
    await news();
    witness.noteRemoval(entry);
    witness.noteRemoval(entry);
    expect(entry.isDamped(loop.clock.now())).toBe(false);
    witness.noteRemoval(entry);
    expect(entry.isDamped(loop.clock.now())).toBe(true);
    expect(await news()).toContain("vip.damped");
    await loop.clock.advance(499);
    expect(touched()).toBe(0);
    await loop.clock.advance(1);
    expect(touched()).toBe(1);
  });
});

describe("a guard", () => {
  it("refuses once in words, again for another rule, and takes it back", async () => {
    const { loop, witness, entry, news } = await seen();
    loop.host.put("192.0.2.10", 24, "eth0");
    await loop.clock.advance(0);
    witness.look(entry);
    witness.look(entry);
    const said = await news();
    expect(said.filter((word) => word === "vip.refused")).toHaveLength(1);
    expect(entry.refusal?.rule).toBe("host-address");
    loop.host.take("192.0.2.10/24", "eth0");
    loop.host.put("192.0.2.10", 32, "lo");
    await loop.clock.advance(0);
    witness.look(entry);
    expect([entry.refusal?.rule, await news()]).toMatchObject(["already-present", ["vip.refused", expect.anything()]]);
    loop.host.take(V);
    await loop.clock.advance(0);
    witness.look(entry);
    expect(entry.refusal).toBeNull();
  });

  it("looks at what is on its way out only while peers have its route", async () => {
    const { witness, entry } = await seen({}, ["192.0.2.10"]);
    entry.goal = "stop";
    witness.look(entry);
    expect(entry.refusal).toBeNull();
    entry.announced = route;
    witness.look(entry);
    expect(entry.refusal?.rule).toBe("peer-address");
  });

  it("lets a VIP go on whose subnet is connected later, says so once, and refuses it at the next start", async () => {
    const made = await seen();
    const { loop, witness, entry, news } = made;
    await bind(made);
    witness.look(entry);
    await news();
    loop.host.put("192.0.2.1", 24, "eth0");
    await loop.clock.advance(0);
    witness.look(entry);
    witness.look(entry);
    const said = await news();
    expect([entry.refusal, entry.tolerated?.rule]).toEqual([null, "on-link"]);
    expect(said.filter((word) => word === "vip.on-link")).toHaveLength(1);
    entry.reportedBound = false;
    witness.look(entry);
    expect([entry.refusal?.rule, entry.tolerated]).toEqual(["on-link", null]);
  });
});

it("sees the ledger as the kernel's marks and the disk allow", async () => {
  const { loop, entry } = await seen();
  expect(viewEntry(entry, loop.context).ledger).toBe("behind");
  loop.context.ledgerDown = true;
  expect(viewEntry(entry, loop.context).ledger).toBe("down");
  const unmarked = new Loop();
  expect(viewEntry(entry, unmarked.context).ledger).toBe("first");
});
