import { subnetOf } from "../host/host-index.ts";
import type { DesiredVip, Refusal } from "../intent/desired-vip.ts";
import { type GuardContext, guardVip } from "../intent/guards.ts";
import { isUsable, leftovers, planVip, type Step, staleVip, type VipView, viewOf, type Wanted } from "../plan.ts";
import type { HostAddress } from "../ports.ts";
import { describeError, type LoopContext } from "./context.ts";
import { Executor, RIVALS } from "./execute.ts";
import { VipEntry } from "./vip-entry.ts";

/**
 * One runner per VIP, never two for the same one. A runner plans, carries out the first step, and plans again, until there is nothing to do;
 * whatever happens meanwhile asks it to look once more. So the plan is the only place that knows an order.
 */
export class Reconciler {
  readonly #context: LoopContext;
  readonly #executor: Executor;
  readonly #entries = new Map<string, VipEntry>();
  readonly #byAddress = new Map<string, Set<VipEntry>>();
  readonly #guards: GuardContext;
  readonly #idle = new Set<() => void>();
  #active = 0;
  #peers: readonly string[] = [];
  /** Nothing is done before the host was observed and an intent was given: an empty intent would take everything away. */
  #enabled = false;
  #skipDrain = false;

  constructor(context: LoopContext) {
    this.#context = context;
    this.#executor = new Executor(context, (entry) => this.touch(entry));
    const peersOf = (): readonly string[] => this.#peers;
    this.#guards = {
      host: context.index,
      inLedger: (key) => context.book.has(key),
      get peers() {
        return peersOf();
      },
    };
  }

  get entries(): ReadonlyMap<string, VipEntry> {
    return this.#entries;
  }

  /** Starts work. Called once the host was observed and an intent was given. */
  enable(): void {
    if (this.#enabled) return;
    this.#enabled = true;
    this.#adoptLeftovers();
    this.touchAll();
  }

  add(vip: DesiredVip, goal: Wanted["goal"] = "serve"): VipEntry {
    const entry = new VipEntry(vip, goal);
    this.#entries.set(vip.prefix, entry);
    const same = this.#byAddress.get(vip.address);
    if (same === undefined) this.#byAddress.set(vip.address, new Set([entry]));
    else same.add(entry);
    return entry;
  }

  setPeers(peers: readonly string[]): void {
    this.#peers = peers;
  }

  /** From now on no drain is waited for. */
  skipDrains(): void {
    this.#skipDrain = true;
    this.touchAll();
  }

  /** Hand-overs are waited for no longer. */
  hurry(): void {
    this.#context.hurry = true;
    for (const entry of this.#entries.values()) entry.abandon?.();
    this.touchAll();
  }

  touchAll(): void {
    const { outbox } = this.#context;
    // Held together, so that routes of many VIPs travel in few UPDATEs.
    outbox.enter();
    for (const entry of [...this.#entries.values()]) this.touch(entry);
    outbox.leave();
  }

  /** Looks at one VIP; returns before anything asynchronous is done. */
  touch(entry: VipEntry): void {
    if (!this.#enabled) return;
    if (entry.running) {
      entry.again = true;
      entry.wake?.();
      return;
    }
    void this.#run(entry);
  }

  /** An address came, changed or went: who cares looks again. `removed` when it went. */
  addressChanged(address: HostAddress, removed: boolean): void {
    for (const entry of this.#byAddress.get(address.address) ?? []) {
      const { vip } = entry;
      if (removed && vip.bind && address.interface === vip.interface && address.prefixLength === vip.prefixLength)
        this.#noteRemoval(entry);
      // Others may be many, and this one's address is missing.
      entry.jump?.();
      this.touch(entry);
    }
    if (subnetOf(address) === null) return;
    for (const entry of this.#entries.values()) this.touch(entry);
  }

  linkChanged(name: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.vip.interface !== name) continue;
      entry.clearFailure();
      this.touch(entry);
    }
  }

  /** Nothing is done any more. */
  stop(): void {
    this.#enabled = false;
    for (const entry of this.#entries.values()) entry.retire();
  }

  /** After a new observation: what it found that is ours and wanted by nobody is taken away; everybody looks again. */
  observed(): void {
    if (!this.#enabled) return;
    this.#adoptLeftovers();
    this.touchAll();
  }

  /** Resolves when no runner is at work; those that wait for a retry do not count. */
  idle(): Promise<void> {
    return this.#active === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.add(resolve));
  }

  /** Resolves when the entry's goal is reached. */
  settled(entry: VipEntry): Promise<void> {
    return new Promise((resolve) => {
      entry.settled.add(resolve);
      this.touch(entry);
    });
  }

  view(entry: VipEntry): VipView {
    const { index, book, clock, ledgerOptional } = this.#context;
    return viewOf(entry.vip, index, book, entry, { nowMs: clock.now(), ledgerOptional });
  }

  wanted(entry: VipEntry): Wanted {
    const { policy, clock } = this.#context;
    const drainMs = this.#skipDrain || entry.refusal !== null ? 0 : (entry.vip.drainMs ?? policy.drainMs);
    return {
      vip: entry.vip,
      goal: entry.goal,
      health: entry.health,
      refusal: entry.refusal,
      hold: entry.hold(clock.now()),
      drainMs,
    };
  }

  /** What is left to do for a VIP. */
  steps(entry: VipEntry): readonly Step[] {
    const { policy, hurry } = this.#context;
    return planVip(this.wanted(entry), this.view(entry), hurry ? { ...policy, withdrawWaitMs: 0 } : policy);
  }

  async #run(entry: VipEntry): Promise<void> {
    const { outbox } = this.#context;
    entry.running = true;
    this.#active++;
    outbox.enter();
    try {
      // Whoever begins, and whoever is about to ask the kernel for something, lets the event loop go round first when it is time.
      let turn = this.#turn(entry);
      if (turn !== null) await turn;
      for (;;) {
        entry.again = false;
        this.#look(entry);
        const step = this.steps(entry)[0];
        if (step === undefined) {
          if (!entry.again) break;
          continue;
        }
        const asksTheKernel = step.kind === "bind" || step.kind === "unbind";
        turn = turn === null && asksTheKernel ? this.#turn(entry) : null;
        if (turn !== null) {
          await turn;
          // What was planned is looked at again: something may have happened meanwhile.
          continue;
        }
        await this.#executor.run(entry, step, this.wanted(entry));
      }
    } catch (error) {
      // Only a defect comes here. The VIP is looked at again, with backoff.
      this.#context.logger.error({ vip: entry.vip.prefix, error }, "a step ended in an unexpected way");
      this.#executor.fail(entry, "wait", { code: "ERR_DEFECT", message: String(error) });
    } finally {
      entry.running = false;
      this.#active--;
      this.#ended(entry);
      outbox.leave();
      if (this.#active === 0) for (const resolve of this.#idle) resolve();
      if (this.#active === 0) this.#idle.clear();
    }
  }

  /** The wait for a turn, when it is time for one. */
  #turn(entry: VipEntry): Promise<void> | null {
    const { turns, hurry } = this.#context;
    // The outbox keeps counting on this runner: what it will bring travels with what others have brought.
    const turn = hurry ? null : turns.next();
    if (turn === null) return null;
    const waited = new Promise<void>((resolve) => {
      entry.jump = resolve;
      void turn.then(resolve);
    });
    return waited.then(() => {
      entry.jump = null;
    });
  }

  /** Brings the entry up to date with the host, and says what has changed. */
  #look(entry: VipEntry): void {
    const { hub, clock } = this.#context;
    const { vip } = entry;
    const taken = entry.goal === "remove" || entry.goal === "stop";
    this.#noteRefusal(entry, taken ? null : guardVip(vip, this.#guards));
    const view = this.view(entry);
    const usable = isUsable(vip, view);
    if (!usable) {
      if (entry.reportedBound || entry.announced !== null) this.#noteLost(entry, view);
      return;
    }
    if (entry.lostAtMs !== null) {
      const ourDoing = entry.boundAtMs !== null && entry.boundAtMs >= entry.lostAtMs;
      const backAtMs = ourDoing ? (entry.boundAtMs ?? 0) : clock.now();
      const afterMs = Math.round((backAtMs - entry.lostAtMs) * 1000) / 1000;
      const withdrawn = entry.announced === null;
      hub.emit({ event: "address.restored", vip: vip.prefix, interface: vip.interface, afterMs, withdrawn }, [
        ourDoing ? `vipcast put it back after ${afterMs} ms` : `it came back after ${afterMs} ms`,
      ]);
      entry.lostAtMs = null;
      entry.reportedBound = true;
    } else if (!entry.reportedBound && !taken && entry.refusal === null) {
      entry.reportedBound = true;
      // Nothing is known of an address that somebody vouches for.
      if (vip.assumeBound) return;
      const why =
        view.place === "foreign"
          ? "it was there already and is adopted"
          : vip.bind
            ? `vipcast has it on ${vip.interface}`
            : "somebody else has bound it";
      hub.emit({ event: "vip.bound", vip: vip.prefix, interface: vip.interface, adopted: view.place === "foreign" }, [
        why,
      ]);
    }
  }

  #noteRefusal(entry: VipEntry, refusal: Refusal | null): void {
    const news = refusal !== null && refusal.rule !== entry.refusal?.rule;
    entry.refusal = refusal;
    if (!news) return;
    this.#context.logger.warn({ vip: entry.vip.prefix, rule: refusal.rule }, refusal.message);
    this.#context.hub.emit({ event: "vip.refused", vip: entry.vip.prefix, rule: refusal.rule }, [refusal.message]);
  }

  #noteLost(entry: VipEntry, view: VipView): void {
    if (entry.lostAtMs !== null) return;
    const { vip } = entry;
    entry.lostAtMs = this.#context.clock.now();
    const why =
      // An interface that goes down takes its IPv6 addresses with it; nobody else has removed them.
      !view.linkUp
        ? `${vip.interface} is down`
        : view.place === "empty"
          ? `${vip.prefix} was removed from ${vip.interface} by somebody else`
          : `${vip.prefix} on ${vip.interface} now belongs to somebody else`;
    this.#context.hub.emit({ event: "address.lost", vip: vip.prefix, interface: vip.interface }, [why]);
  }

  /** One more removal by somebody else. */
  #noteRemoval(entry: VipEntry): void {
    const { clock, policy, hub, logger } = this.#context;
    if (!entry.reportedBound) return;
    const view = this.view(entry);
    this.#noteLost(entry, view);
    if (!view.linkUp) return;
    const { holdDownMs, removals } = entry.damping.note(clock.now(), policy.damping);
    if (holdDownMs === 0) return;
    const vip = entry.vip.prefix;
    const causes = [`removed ${removals} times within ${policy.damping.windowMs} ms by somebody else`, RIVALS];
    logger.warn({ vip, removals, holdDownMs }, `${vip} is withdrawn for ${holdDownMs} ms: ${causes.join("; ")}`);
    hub.emit({ event: "vip.damped", vip, removals, holdDownMs }, causes);
    entry.cancelHoldDown?.();
    entry.cancelHoldDown = clock.timer(() => this.touch(entry), holdDownMs);
  }

  #ended(entry: VipEntry): void {
    if (this.steps(entry).length > 0 || this.#inBackoff(entry)) return;
    for (const resolve of entry.settled) resolve();
    entry.settled.clear();
    if (entry.goal !== "remove" && entry.goal !== "stop") return;
    entry.retire();
    if (this.#entries.get(entry.vip.prefix) === entry) this.#entries.delete(entry.vip.prefix);
    const same = this.#byAddress.get(entry.vip.address);
    same?.delete(entry);
    if (same?.size === 0) this.#byAddress.delete(entry.vip.address);
  }

  #inBackoff(entry: VipEntry): boolean {
    const hold = entry.hold(this.#context.clock.now());
    return hold === "backoff" || hold === "paused";
  }

  /** A flush of the outbox has offered a route to every peer; `failures` are those that did not take it. */
  routeOffered(prefix: string, failures: readonly { peer: string; error: unknown }[]): void {
    const entry = this.#entries.get(prefix);
    if (entry === undefined) return;
    if (failures.length === 0) {
      if (entry.failure?.step === "announce") entry.clearFailure();
      return;
    }
    for (const { peer, error } of failures) entry.refusedBy.set(peer, describeError(error).message);
    // Not what was wanted: the next plan announces it again.
    if (entry.announced !== null) entry.announced = { ...entry.announced, signature: "" };
    this.#executor.fail(entry, "announce", describeError(failures[0]!.error));
  }

  #adoptLeftovers(): void {
    const { index, book } = this.#context;
    for (const [prefix, name] of leftovers(index, book, book.entries)) {
      if (this.#entries.has(prefix)) continue;
      const vip = staleVip(prefix, name);
      if (vip === null) continue;
      this.#context.logger.info({ vip: prefix, interface: name }, "taking away what an earlier run left behind");
      this.add(vip, "remove");
    }
  }
}
