import { keyOf, subnetOf } from "../host/host-index.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import { concerns } from "../intent/guards.ts";
import { leftovers, staleVip } from "../plan/leftovers.ts";
import { planVip } from "../plan/plan-vip.ts";
import type { Step, Wanted } from "../plan/step.ts";
import { bindingOf, isUsable, type VipView } from "../plan/view.ts";
import type { HostAddress } from "../ports.ts";
import { AnnouncerClosedError } from "./closed-error.ts";
import { describeError, type LoopContext } from "./context.ts";
import { Executor } from "./execute.ts";
import { quietInMs } from "./traffic.ts";
import { VipEntry } from "./vip-entry.ts";
import { Waiters } from "./waiters.ts";
import { weightOf } from "./weights.ts";
import { viewEntry, Witness } from "./witness.ts";

/**
 * One runner per VIP, never two for the same one. A runner plans, carries out the first step, and plans again, until there is nothing to do;
 * whatever happens meanwhile asks it to look once more. So the plan is the only place that knows an order.
 */
export class Reconciler {
  readonly #context: LoopContext;
  readonly #executor: Executor;
  readonly #entries = new Map<string, VipEntry>();
  readonly #byAddress = new Map<string, Set<VipEntry>>();
  readonly #witness: Witness;
  readonly #idle = new Waiters();
  #active = 0;
  #peers: readonly string[] = [];
  /** Nothing is done before the host was observed and an intent was given: an empty intent would take everything away. */
  #enabled = false;
  #skipDrain = false;
  #stopped = false;

  constructor(context: LoopContext) {
    this.#context = context;
    this.#executor = new Executor(context, (entry) => this.touch(entry));
    const peersOf = (): readonly string[] => this.#peers;
    const guards = {
      host: context.index,
      inLedger: (key: string) => context.book.has(key),
      get peers(): readonly string[] {
        return peersOf();
      },
    };
    this.#witness = new Witness(context, guards, (entry) => this.touch(entry));
  }

  get entries(): ReadonlyMap<string, VipEntry> {
    return this.#entries;
  }

  /** Work has been started, and not been stopped. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** Starts work. Called once the host was observed and an intent was given. */
  enable(): void {
    if (this.#enabled || this.#stopped) return;
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
    if (!entry.running) {
      void this.#run(entry);
      return;
    }
    entry.again = true;
    entry.wake?.();
    if (entry.announced !== null) this.#withdrawEarly(entry);
    else if (entry.withdrawing !== null) this.#hurryWithdrawal(entry);
  }

  /** Its goal changed: what failed before is tried again now. */
  attend(entry: VipEntry): void {
    entry.clearFailure();
    this.touch(entry);
  }

  /** An address came, changed or went: who cares looks again. `removed` when it went. */
  addressChanged(address: HostAddress, removed: boolean): void {
    for (const entry of this.#byAddress.get(address.address) ?? []) {
      const { vip } = entry;
      if (removed && vip.bind && keyOf(address) === keyOf(bindingOf(vip))) this.#witness.noteRemoval(entry);
      // Others may be many, and this one's address is missing.
      entry.jump?.();
      this.touch(entry);
    }
    const subnet = subnetOf(address);
    if (subnet === null) return;
    for (const entry of this.#entries.values()) if (concerns(subnet, entry.vip)) this.touch(entry);
  }

  linkChanged(name: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.vip.interface === name) {
        this.#witness.noteLink(entry);
        this.attend(entry);
      }
      // One that moves away from there still answers there.
      else if (this.view(entry).owned.some((binding) => binding.interface === name)) this.touch(entry);
    }
  }

  /** Nothing is done any more: a step that is under way is the last one of its VIP. Whoever waits is told what is left. */
  stop(): void {
    this.#enabled = false;
    this.#stopped = true;
    const busy: string[] = [];
    for (const entry of this.#entries.values()) {
      const { prefix } = entry.vip;
      if (entry.running) busy.push(prefix);
      entry.retire();
      // Waits end now, and no step follows them.
      entry.wake?.();
      entry.abandon?.();
      entry.jump?.();
      entry.settled.reject(
        new AnnouncerClosedError(`the announcer was closed before it was done with ${prefix}`, [prefix]),
      );
    }
    const some = busy.slice(0, 5).join(", ") + (busy.length > 5 ? ", …" : "");
    this.#idle.reject(new AnnouncerClosedError(`the announcer was closed while it was at work on ${some}`, busy));
  }

  /** After a new observation: what it found that is ours and wanted by nobody is taken away; everybody looks again. */
  observed(): void {
    if (!this.#enabled) return;
    this.#adoptLeftovers();
    this.touchAll();
  }

  /** Resolves when no runner is at work; those that wait for a retry do not count. */
  idle(): Promise<void> {
    return this.#active === 0 || this.#stopped ? Promise.resolve() : this.#idle.wait();
  }

  /** Resolves when the entry's goal is reached; rejects with an {@link AnnouncerClosedError} when {@link Reconciler.stop} comes first. */
  settled(entry: VipEntry): Promise<void> {
    const settled = entry.settled.wait();
    this.touch(entry);
    return settled;
  }

  view(entry: VipEntry): VipView {
    return viewEntry(entry, this.#context);
  }

  wanted(entry: VipEntry): Wanted {
    const { policy, clock } = this.#context;
    const drainMs = this.#skipDrain || entry.refusal !== null ? 0 : (entry.vip.drainMs ?? policy.drainMs);
    return {
      vip: entry.vip,
      goal: entry.wantedGoal,
      health: entry.wantedHealth,
      refusal: entry.refusal,
      hold: entry.hold(clock.now()),
      damped: entry.isDamped(clock.now()),
      drainMs,
      quietInMs: quietInMs(entry, policy),
      standbyMs: entry.standbyMs(clock.now()),
      weight: weightOf(entry),
    };
  }

  /** What is left to do for a VIP. */
  steps(entry: VipEntry): readonly Step[] {
    const { policy, hurry } = this.#context;
    return planVip(this.wanted(entry), this.view(entry), hurry ? { ...policy, withdrawWaitMs: 0 } : policy);
  }

  /** A step of the runner may take its time; a withdrawal that is due does not wait for its end. */
  #withdrawEarly(entry: VipEntry): void {
    if (!entry.busy) return;
    this.#witness.look(entry);
    const step = this.steps(entry)[0];
    if (step?.kind === "withdraw") void this.#executor.withdraw(entry, step.reason);
    else this.#awaitReturn(entry);
  }

  /** Looks again when a lost address has been gone for long enough, whatever step is under way then. */
  #awaitReturn(entry: VipEntry): void {
    const { clock, policy } = this.#context;
    if (entry.lostAtMs === null || entry.cancelReturn !== null) return;
    const look = (): void => {
      entry.cancelReturn = null;
      this.touch(entry);
    };
    entry.cancelReturn = clock.timer(look, Math.max(0, entry.lostAtMs + policy.restoreWindowMs - clock.now()));
  }

  /** A withdrawal may travel with others for as long as its VIP answers, and no longer. */
  #hurryWithdrawal(entry: VipEntry): void {
    this.#witness.look(entry);
    const { vip, refusal, verdict } = entry;
    const answers = refusal === null && verdict.health !== "unhealthy" && isUsable(vip, this.view(entry));
    if (!answers) this.#context.outbox.hurry(vip.prefix);
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
        this.#witness.look(entry);
        // Whoever was told to stop does not begin another step.
        const step = this.#enabled ? this.steps(entry)[0] : undefined;
        if (step === undefined) {
          if (!entry.again || !this.#enabled) break;
          continue;
        }
        const asksTheKernel = step.kind === "bind" || step.kind === "unbind";
        turn = turn === null && asksTheKernel ? this.#turn(entry) : null;
        if (turn !== null) {
          await turn;
          // What was planned is looked at again: something may have happened meanwhile.
          continue;
        }
        entry.busy = true;
        // What comes before the restore may take longer than a lost address may be gone.
        if (step.kind === "record" && entry.announced !== null) this.#awaitReturn(entry);
        await this.#executor.run(entry, step, this.wanted(entry));
        entry.busy = false;
        // Withdrawn meanwhile: nothing is unbound before that is handed over.
        if (entry.withdrawing !== null) await this.#executor.withdrawn(entry);
      }
    } catch (error) {
      // Only a defect comes here. The VIP is looked at again, with backoff.
      this.#context.logger.error({ vip: entry.vip.prefix, error }, "a step ended in an unexpected way");
      this.#executor.fail(entry, "wait", { code: "ERR_DEFECT", message: String(error) });
    } finally {
      entry.busy = false;
      entry.running = false;
      this.#active--;
      this.#ended(entry);
      outbox.leave();
      if (this.#active === 0) this.#idle.resolve();
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

  /** Looks again when the failback delay is over. */
  #awaitFailback(entry: VipEntry): void {
    const { clock } = this.#context;
    entry.cancelFailback?.();
    entry.cancelFailback = null;
    if (entry.announced?.mode !== "standby") return;
    const leftMs = entry.standbyMs(clock.now());
    // It may have ended since the last plan was made.
    const due = this.#enabled && this.steps(entry).length > 0 && !this.#inBackoff(entry);
    if (leftMs > 0 || due) entry.cancelFailback = clock.timer(() => this.touch(entry), leftMs);
  }

  #ended(entry: VipEntry): void {
    if (this.#stopped) {
      // The last step may have set a timer.
      entry.retire();
      return;
    }
    this.#awaitFailback(entry);
    if (this.steps(entry).length > 0 || this.#inBackoff(entry)) return;
    entry.settled.resolve();
    if (entry.goal !== "remove" && entry.goal !== "stop") return;
    entry.retire();
    if (this.#entries.get(entry.vip.prefix) === entry) this.#entries.delete(entry.vip.prefix);
    const same = this.#byAddress.get(entry.vip.address);
    same?.delete(entry);
    if (same?.size === 0) this.#byAddress.delete(entry.vip.address);
  }

  #inBackoff(entry: VipEntry): boolean {
    const hold = entry.hold(this.#context.clock.now());
    return hold === "backoff" || hold === "paused" || hold === "not-taken";
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
