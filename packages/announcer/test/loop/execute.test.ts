import { describe, expect, it } from "vitest";
import { Executor } from "../../src/loop/execute.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import type { Step, Wanted } from "../../src/plan/step.ts";
import { bindingOf } from "../../src/plan/view.ts";
import type { Policy } from "../../src/policy.ts";
import { portError } from "../fakes/fake-host.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const V = "192.0.2.10/32";
const entryOfLedger = { prefix: V, interface: "lo" };

interface Bench {
  readonly loop: Loop;
  readonly entry: VipEntry;
  readonly executor: Executor;
  /** How often the entry was asked to look again. */
  readonly touched: () => number;
  readonly run: (step: Step) => { readonly done: boolean };
}

/** An executor without a reconciler: only the steps that a test gives it. */
async function bench(policy: Partial<Policy> = {}, options: { readonly marks?: "unknown" } = {}): Promise<Bench> {
  const loop = new Loop(policy);
  if (options.marks === "unknown") {
    loop.host.marks = "unknown";
    loop.host.addresses.clear();
    loop.host.put("127.0.0.1", 8, "lo", "host");
  }
  void loop.observer.start();
  await loop.clock.advance(1);
  const entry = new VipEntry(vip(V), "serve");
  let touched = 0;
  const executor = new Executor(loop.context, () => touched++);
  const wanted = { vip: entry.vip, goal: "serve", drainMs: 0, weight: null } as Wanted;
  const run = (step: Step): { done: boolean } => {
    const state = { done: false };
    void executor.run(entry, step, wanted).then(() => {
      state.done = true;
    });
    return state;
  };
  return { loop, entry, executor, touched: () => touched, run };
}

const binding = bindingOf(vip(V));
const bind: Step = { kind: "bind", vip: V, binding };
const restore: Step = { kind: "restore", vip: V, binding };
const announce: Step = { kind: "announce", vip: V, mode: "normal" };
const record: Step = { kind: "record", vip: V, entry: entryOfLedger };
const unbind: Step = { kind: "unbind", vip: V, binding };

describe("carrying out a bind", () => {
  it("knows of the address before the kernel's news of it, and clears an earlier failure", async () => {
    const { loop, entry, executor, run } = await bench();
    executor.fail(entry, "bind", { code: "EPERM", message: "no" });
    loop.host.eventDelayMs = 1000;
    const state = run(bind);
    await loop.clock.advance(1);
    expect(state.done).toBe(true);
    expect(loop.context.index.at("192.0.2.10")).toMatchObject([{ mark: "ours" }]);
    expect([entry.failure, entry.boundAtMs]).toEqual([null, 1]);
  });

  it("keeps a failure in the entry, backs off twice as long each time, and has the entry looked at then", async () => {
    const { loop, entry, touched, run } = await bench({ retryMs: 100 });
    loop.host.weather = () => ({ delayMs: 0, error: portError("EPERM", "Operation not permitted") });
    run(bind);
    await loop.clock.advance(0);
    expect(entry.failure).toMatchObject({ step: "bind", code: "EPERM", attempt: 1 });
    expect(loop.context.index.at("192.0.2.10")).toEqual([]);
    const firstMs = entry.failure!.retryAtMs - loop.clock.now();
    expect(loop.named("vip.failed")).toMatchObject([{ vip: V, step: "bind", retryInMs: Math.round(firstMs) }]);
    run(bind);
    await loop.clock.advance(0);
    expect(entry.failure!.retryAtMs - loop.clock.now()).toBeCloseTo(2 * firstMs);
    await loop.clock.advance(2 * firstMs - 1);
    expect(touched()).toBe(0);
    await loop.clock.advance(2);
    // The first retry was taken back by the second failure.
    expect(touched()).toBe(1);
    // What failed is awaited no longer: the news is that of the bind that succeeds, and what follows it counts.
    loop.host.weather = () => ({ delayMs: 0 });
    run(bind);
    await loop.clock.advance(0);
    expect([entry.failure, loop.context.index.at("192.0.2.10").length]).toEqual([null, 1]);
    loop.host.take(V);
    await loop.clock.advance(0);
    expect(loop.context.index.at("192.0.2.10")).toEqual([]);
  });

  it("looks who has an address that is there already, and fails only where nobody has", async () => {
    const { loop, entry, run } = await bench();
    loop.host.deaf = true;
    loop.host.put("192.0.2.10", 32);
    run(bind);
    await loop.clock.advance(1);
    expect(entry.failure).toBeNull();
    expect(loop.context.index.at("192.0.2.10")).toMatchObject([{ mark: "other" }]);
    loop.host.bind = async () => {
      loop.host.take(V);
      throw portError("EEXIST", "Address already assigned");
    };
    run(bind);
    await loop.clock.advance(1);
    expect(entry.failure).toMatchObject({ step: "bind", code: "EEXIST" });
  });
});

it("looks again after a bind that was under way when the host was looked at, and of which nothing was heard", async () => {
  const { loop, run } = await bench();
  loop.host.deaf = true;
  loop.host.weather = (operation) => ({ delayMs: operation === "bind" ? 30 : 0 });
  const state = run(bind);
  await loop.clock.advance(10);
  await loop.observer.observe();
  expect(loop.context.index.at("192.0.2.10")).toEqual([]);
  await loop.clock.advance(21);
  expect([state.done, loop.context.index.at("192.0.2.10")]).toMatchObject([true, [{ mark: "ours" }]]);
});

describe("putting an address back", () => {
  async function lost(delayMs: number): Promise<Bench & { readonly state: { readonly done: boolean } }> {
    const made = await bench({ restoreWindowMs: 10 });
    made.run(announce);
    made.entry.lostAtMs = made.loop.clock.now();
    made.loop.host.weather = (operation) => ({ delayMs: operation === "bind" ? delayMs : 0 });
    return { ...made, state: made.run(restore) };
  }

  it("withdraws when it takes longer than the window, and goes on trying", async () => {
    const { loop, entry, state } = await lost(50);
    await loop.clock.advance(9);
    expect(loop.routes.announced(V)).toBe(true);
    await loop.clock.advance(3);
    expect(loop.routes.announced(V)).toBe(false);
    expect(entry.withdrawal?.reason).toBe("address-lost");
    expect(state.done).toBe(false);
    await loop.clock.advance(50);
    expect([state.done, loop.host.has(V)]).toEqual([true, true]);
  });

  it("withdraws nothing when it is quick, then or later", async () => {
    const { loop, state } = await lost(5);
    await loop.clock.advance(100);
    expect([state.done, loop.routes.announced(V), loop.routes.withdrawCalls]).toEqual([true, true, 0]);
  });
});

describe("the ledger", () => {
  it("comes first where the kernel keeps no marks, and fails the step with the disk's words", async () => {
    const { loop, entry, run } = await bench({}, { marks: "unknown" });
    loop.ledger.wait = () => loop.clock.sleep(20);
    const state = run(record);
    await loop.clock.advance(19);
    expect(state.done).toBe(false);
    await loop.clock.advance(2);
    expect([state.done, loop.ledger.entries.has(`${V} lo`)]).toEqual([true, true]);
    loop.ledger.failing = () => true;
    run({ kind: "forget", vip: V, entry: entryOfLedger });
    await loop.clock.advance(300);
    expect(entry.failure).toMatchObject({ step: "forget", code: "ENOSPC" });
  });

  it("does not forget, where the kernel keeps no marks, what a look at the host still finds", async () => {
    const { loop, entry, run } = await bench({}, { marks: "unknown" });
    run(record);
    await loop.clock.advance(1);
    loop.host.deaf = true;
    run(bind);
    await loop.clock.advance(1);
    // As news of an earlier life of it would leave the index.
    loop.context.index.unbound(binding);
    const state = run({ kind: "forget", vip: V, entry: entryOfLedger });
    await loop.clock.advance(5);
    expect([state.done, loop.ledger.entries.has(`${V} lo`)]).toEqual([true, true]);
    expect([entry.failure, loop.context.index.at("192.0.2.10").length]).toEqual([null, 1]);
    loop.host.take(V);
    run({ kind: "forget", vip: V, entry: entryOfLedger });
    await loop.clock.advance(5);
    expect(loop.ledger.entries.size).toBe(0);
  });

  it("follows where the kernel keeps marks: nobody waits for it, and one that fails is said once", async () => {
    const { loop, entry, run } = await bench();
    loop.ledger.failing = () => true;
    loop.ledger.wait = () => loop.clock.sleep(20);
    const state = run(record);
    run({ kind: "record", vip: V, entry: { prefix: V, interface: "veth0" } });
    await loop.clock.advance(0);
    expect(state.done).toBe(true);
    await loop.clock.advance(100);
    expect([entry.failure, loop.context.ledgerDown]).toEqual([null, true]);
    expect(loop.named("ledger.failed")).toHaveLength(1);
  });
});

describe("withdrawing", () => {
  it("is asked for at once and done when it is handed over; the time of that is what the unbind waits from", async () => {
    const { loop, entry, run } = await bench();
    run(announce);
    loop.routes.handOverMs = 30;
    const state = run({ kind: "withdraw", vip: V, reason: "removed" });
    expect([entry.announced, loop.routes.announced(V), state.done]).toEqual([null, false, false]);
    await loop.clock.advance(29);
    expect([state.done, entry.withdrawnAtMs]).toEqual([false, null]);
    await loop.clock.advance(2);
    expect([state.done, entry.withdrawnAtMs, entry.withdrawing]).toEqual([true, 31, null]);
  });

  it("counts as done when the port rejects it: the session has ended, and the route with it", async () => {
    const { loop, entry, run } = await bench();
    run(announce);
    loop.routes.withdraw = () => Promise.reject(portError("ERR_SPEAKER_CLOSED", "the session has ended"));
    const state = run({ kind: "withdraw", vip: V, reason: "removed" });
    await loop.clock.advance(1);
    expect([state.done, entry.withdrawnAtMs]).toEqual([true, 1]);
    expect(loop.said.join()).toContain("the withdrawal could not be confirmed");
  });

  it("is waited for no longer once the stop timeout is near", async () => {
    const { loop, entry, run } = await bench();
    run(announce);
    loop.routes.gate = new Promise(() => {});
    const state = run({ kind: "withdraw", vip: V, reason: "stopping" });
    await loop.clock.advance(1000);
    expect(state.done).toBe(false);
    entry.abandon?.();
    await loop.clock.advance(0);
    expect(state.done).toBe(true);
    loop.context.hurry = true;
    expect(run({ kind: "withdraw", vip: V, reason: "stopping" }).done).toBe(false);
    await loop.clock.advance(0);
    expect(entry.withdrawing).toBeNull();
  });
});

describe("waiting", () => {
  it("ends when its time is over, or when it is woken, and leaves no timer", async () => {
    const { loop, entry, run } = await bench();
    const pending = loop.clock.pending;
    const whole = run({ kind: "wait", vip: V, ms: 500, until: "drained" });
    await loop.clock.advance(499);
    expect(whole.done).toBe(false);
    await loop.clock.advance(1);
    expect([whole.done, entry.wake]).toEqual([true, null]);
    const woken = run({ kind: "wait", vip: V, ms: 500, until: "drained" });
    entry.wake?.();
    await loop.clock.advance(0);
    expect([woken.done, loop.clock.pending]).toEqual([true, pending]);
  });

  it("does not hold up what others have to send", async () => {
    const { loop, run } = await bench();
    // As a runner does for as long as it is at work.
    loop.context.outbox.enter();
    const state = run({ kind: "wait", vip: V, ms: 20, until: "drained" });
    loop.context.outbox.announce(vip("192.0.2.11"), { mode: "normal", weight: null });
    expect(loop.routes.announced("192.0.2.11/32")).toBe(true);
    await loop.clock.advance(20);
    expect(state.done).toBe(true);
    loop.context.outbox.announce(vip("192.0.2.12"), { mode: "normal", weight: null });
    expect(loop.routes.announced("192.0.2.12/32")).toBe(false);
  });
});

describe("unbinding", () => {
  it("forgets where it was and when it was withdrawn, only for the place where it belongs", async () => {
    const { loop, entry, run } = await bench();
    loop.host.links.set("veth0", { name: "veth0", up: true });
    run(bind);
    const elsewhere = bindingOf(entry.vip, "veth0");
    run({ kind: "bind", vip: V, binding: elsewhere });
    await loop.clock.advance(1);
    entry.reportedBound = true;
    entry.withdrawnAtMs = 1;
    run({ kind: "unbind", vip: V, binding: elsewhere });
    await loop.clock.advance(1);
    expect([entry.reportedBound, entry.withdrawnAtMs, loop.host.has(V, "veth0")]).toEqual([true, 1, false]);
    // What it has done itself it knows before the kernel says so.
    loop.host.eventDelayMs = 1000;
    run(unbind);
    await loop.clock.advance(1);
    expect([entry.reportedBound, entry.withdrawnAtMs, loop.host.has(V)]).toEqual([false, null, false]);
    expect(loop.named("vip.unbound")).toMatchObject([{ interface: "veth0" }, { interface: "lo" }]);
    expect(loop.context.index.at("192.0.2.10")).toEqual([]);
  });

  it("lets the wait after a withdrawal go on for another place, although the intent has moved to the one that goes", async () => {
    const { loop, entry, run } = await bench();
    loop.host.links.set("veth0", { name: "veth0", up: true });
    run(bind);
    run({ kind: "bind", vip: V, binding: bindingOf(entry.vip, "veth0") });
    await loop.clock.advance(1);
    entry.withdrawnAtMs = 1;
    entry.vip = vip(V, { interface: "veth0" });
    run({ kind: "unbind", vip: V, binding: bindingOf(entry.vip) });
    await loop.clock.advance(1);
    expect([entry.withdrawnAtMs, loop.host.has(V)]).toEqual([1, true]);
  });

  it("keeps the address in mind when the kernel refuses", async () => {
    const { loop, entry, run } = await bench();
    run(bind);
    await loop.clock.advance(1);
    loop.host.weather = () => ({ delayMs: 0, error: portError("EPERM", "no") });
    run(unbind);
    await loop.clock.advance(1);
    expect(entry.failure).toMatchObject({ step: "unbind", code: "EPERM" });
    expect(loop.context.index.at("192.0.2.10")).toHaveLength(1);
    expect(loop.named("vip.unbound")).toEqual([]);
  });
});

it("begins the failback delay with the first route that is no degraded one, and keeps it through changes of that", async () => {
  const { loop, entry, run } = await bench();
  run({ kind: "announce", vip: V, mode: "worst" });
  expect(entry.ableSinceMs).toBeNull();
  run({ kind: "announce", vip: V, mode: "standby" });
  expect(entry.ableSinceMs).toBe(1);
  await loop.clock.advance(100);
  run({ kind: "announce", vip: V, mode: "standby" });
  expect(entry.ableSinceMs).toBe(1);
  run(announce);
  expect(entry.ableSinceMs).toBe(Number.NEGATIVE_INFINITY);
  run({ kind: "withdraw", vip: V, reason: "unhealthy" });
  expect(entry.ableSinceMs).toBeNull();
});
