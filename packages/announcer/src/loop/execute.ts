import { type RouteForm, routeSignature } from "../ecmp/attributes.ts";
import type { WithdrawReason } from "../events.ts";
import { keyOf } from "../host/host-index.ts";
import type { Step, Wanted } from "../plan/step.ts";
import { bindingOf } from "../plan/view.ts";
import type { Binding, LedgerEntry, LedgerResult } from "../ports.ts";
import { backoffMs } from "./backoff.ts";
import { drainCause, isUrgent, withdrawCauses } from "./causes.ts";
import { describeError, type LoopContext } from "./context.ts";
import { watchTraffic } from "./traffic.ts";
import type { VipEntry } from "./vip-entry.ts";
import { viewEntry } from "./witness.ts";

/** What can be told only by a look at the host, and that failed. */
const unseen = { code: "ERR_UNSEEN", message: "the host's addresses could not be observed" };

/** Carries out steps of a plan, one at a time, and remembers in the entry what came of them. */
export class Executor {
  readonly #context: LoopContext;
  readonly #touch: (entry: VipEntry) => void;

  constructor(context: LoopContext, touch: (entry: VipEntry) => void) {
    this.#context = context;
    this.#touch = touch;
  }

  /** Resolves when the step is done or has failed; a failure is in the entry, with the time of the next attempt. */
  async run(entry: VipEntry, step: Step, wanted: Wanted): Promise<void> {
    switch (step.kind) {
      case "record":
        return this.#record(entry, step.entry);
      case "bind":
        return this.#bind(entry, step.binding);
      case "restore":
        return this.#restore(entry, step.binding);
      case "announce":
        entry.ableSinceMs = this.#ableSince(entry, step.mode);
        entry.endWatch();
        return this.#announce(entry, { mode: step.mode, weight: wanted.weight }, false);
      case "drain":
        this.#announce(entry, { mode: "worst", weight: wanted.weight }, true);
        watchTraffic(entry, this.#context);
        this.#emitDraining(entry, wanted);
        return;
      case "withdraw":
        void this.withdraw(entry, step.reason);
        return this.withdrawn(entry);
      case "wait":
        return this.#slowly(() => this.#sleep(entry, step.ms));
      case "unbind":
        return this.#unbind(entry, step.binding);
      case "forget":
        return this.#forget(entry, step.entry);
      default:
        return step satisfies never;
    }
  }

  /** Degraded is not able to serve: what follows it begins with the failback delay. Who has taken its place keeps it, whatever becomes of the delay. */
  #ableSince({ ableSinceMs }: VipEntry, mode: RouteForm["mode"]): number | null {
    if (mode === "worst") return null;
    return mode === "normal" ? Number.NEGATIVE_INFINITY : (ableSinceMs ?? this.#context.clock.now());
  }

  /** Asks for the withdrawal at once; resolves when it was handed over to every Established peer, or the stop timeout is near. */
  withdraw(entry: VipEntry, reason: WithdrawReason): Promise<void> {
    entry.announced = null;
    entry.ableSinceMs = null;
    entry.withdrawal = { reason, causes: withdrawCauses(entry, reason) };
    entry.endWatch();
    // The last-node guard keeps only what is there. An address that comes back in a moment is that; what was taken out of service is not.
    if (reason !== "address-lost" && reason !== "damped") entry.health?.judge();
    const withdrawing = this.#handOver(entry, reason).then(() => {
      if (entry.withdrawing === withdrawing) entry.withdrawing = null;
    });
    entry.withdrawing = withdrawing;
    return withdrawing;
  }

  /** Resolves when no withdrawal is under way. */
  withdrawn(entry: VipEntry): Promise<void> {
    return this.#slowly(() => entry.withdrawing ?? Promise.resolve());
  }

  async #handOver(entry: VipEntry, reason: WithdrawReason): Promise<void> {
    const handedOver = this.#context.outbox.withdraw(entry.vip.prefix, isUrgent(reason));
    try {
      await this.#unlessHurry(entry, handedOver);
    } catch (error) {
      // The port lost the peer in between: its session ended, and the route with it.
      this.#context.logger.warn(
        { vip: entry.vip.prefix, ...describeError(error) },
        "the withdrawal could not be confirmed",
      );
    }
    entry.withdrawnAtMs = this.#context.clock.now();
  }

  /** Notes a failure and when to try again. */
  fail(entry: VipEntry, step: Step["kind"], error: { code: string; message: string }): void {
    const { clock, policy, random, hub, logger } = this.#context;
    const attempt = (entry.failure?.attempt ?? 0) + 1;
    const retryInMs = backoffMs(attempt, random(), policy);
    entry.cancelRetry?.();
    entry.failure = { step, ...error, attempt, retryAtMs: clock.now() + retryInMs };
    entry.cancelRetry = clock.timer(() => this.#touch(entry), retryInMs);
    const vip = entry.vip.prefix;
    const cause = `${step} failed: ${error.message} (attempt ${attempt})`;
    logger.warn({ vip, step, code: error.code, attempt, retryInMs }, cause);
    hub.emit({ event: "vip.failed", vip, step, code: error.code, retryInMs: Math.round(retryInMs) }, [cause]);
  }

  async #record(entry: VipEntry, ledgerEntry: LedgerEntry): Promise<void> {
    const { book, index } = this.#context;
    const written = book.record(ledgerEntry, !index.marksReliable);
    if (index.marksReliable) return this.#follow(written);
    const result = await this.#slowly(() => written);
    if (result.ok) this.#succeeded(entry, "record");
    else this.fail(entry, "record", result);
  }

  /** The ledger follows by itself: a slow disk must not hold up a withdrawal. */
  #follow(written: Promise<LedgerResult>): void {
    void written.then((result) => {
      const { hub, logger, ledgerDown } = this.#context;
      if (result.ok || ledgerDown) return;
      this.#context.ledgerDown = true;
      const { code, message } = result;
      logger.error({ code }, `the ledger cannot be written, the kernel's marks must do: ${message}`);
      hub.emit({ event: "ledger.failed", code }, [message, "the kernel's marks tell what is ours until it can"]);
    });
  }

  async #bind(entry: VipEntry, binding: Binding, kind: "bind" | "restore" = "bind"): Promise<void> {
    const { index, ports } = this.#context;
    const own = index.beginBind(binding);
    try {
      await ports.addresses.bind(binding);
    } catch (error) {
      own.failed();
      const described = describeError(error);
      if (described.code === "EEXIST") {
        // It is there although the events have not said so yet: look who has it.
        await this.#context.observe();
        if (index.get(keyOf(binding)) !== undefined) return;
      }
      return this.fail(entry, kind, described);
    }
    // Here and not where it is reported: other work may come in between.
    entry.boundAtMs = this.#context.clock.now();
    entry.lostBeforeMs = entry.lostAtMs;
    if (!own.done() && !(await this.#context.observe())) return this.fail(entry, kind, unseen);
    this.#succeeded(entry, kind);
  }

  /** Binds again, and withdraws if that takes longer than the window although it may still succeed later. */
  async #restore(entry: VipEntry, binding: Binding): Promise<void> {
    const { clock, policy } = this.#context;
    const leftMs = (entry.lostAtMs ?? clock.now()) + policy.restoreWindowMs - clock.now();
    const cancel = clock.timer(
      () => {
        // It may be there although the answer of a port is still to come.
        const back = this.#context.index.get(keyOf(binding)) !== undefined;
        if (entry.announced !== null && !back) void this.withdraw(entry, "address-lost");
      },
      Math.max(0, leftMs),
    );
    await this.#slowly(() => this.#bind(entry, binding, "restore"));
    cancel();
  }

  #announce(entry: VipEntry, form: RouteForm, draining: boolean): void {
    const sinceMs = this.#context.clock.now();
    entry.announced = { ...form, signature: routeSignature(entry.vip, form), sinceMs, draining };
    entry.refusedBy.clear();
    this.#context.outbox.announce(entry.vip, form);
  }

  #emitDraining(entry: VipEntry, wanted: Wanted): void {
    const why = {
      serve: "refused",
      drain: drainCause(entry, this.#context.drains.node),
      remove: "it is no longer in the intent",
      stop: "vipcast is stopping",
    };
    this.#context.hub.emit({ event: "vip.draining", vip: entry.vip.prefix, drainMs: wanted.drainMs }, [
      why[wanted.goal],
    ]);
  }

  async #unbind(entry: VipEntry, binding: Binding): Promise<void> {
    const { index, ports, hub } = this.#context;
    try {
      await ports.addresses.unbind(binding);
    } catch (error) {
      return this.fail(entry, "unbind", describeError(error));
    }
    index.unbound(binding);
    this.#succeeded(entry, "unbind");
    if (binding.interface === entry.vip.interface) entry.reportedBound = false;
    // Another place of it answers for routers that have not heard of the withdrawal yet.
    if (viewEntry(entry, this.#context).owned.length === 0) entry.withdrawnAtMs = null;
    hub.emit({ event: "vip.unbound", vip: binding.prefix, interface: binding.interface }, []);
  }

  async #forget(entry: VipEntry, ledgerEntry: LedgerEntry): Promise<void> {
    const { book, index } = this.#context;
    if (index.marksReliable) return this.#follow(book.forget(ledgerEntry, false));
    // The ledger alone tells whose it is, and news may be of an earlier life: what a look at the host still finds is not forgotten.
    if (!(await this.#slowly(() => this.#context.observe()))) return this.fail(entry, "forget", unseen);
    if (index.get(keyOf(bindingOf(entry.vip, ledgerEntry.interface))) !== undefined) return;
    const result = await this.#slowly(() => book.forget(ledgerEntry, true));
    if (result.ok) this.#succeeded(entry, "forget");
    else this.fail(entry, "forget", result);
  }

  #succeeded(entry: VipEntry, step: Step["kind"]): void {
    if (entry.failure?.step === step || (entry.failure?.step === "restore" && step === "bind")) entry.clearFailure();
  }

  /** Waits without holding up what others have to send. */
  async #slowly<T>(work: () => Promise<T>): Promise<T> {
    const { outbox } = this.#context;
    outbox.leave();
    try {
      return await work();
    } finally {
      outbox.enter();
    }
  }

  #sleep(entry: VipEntry, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        entry.wake = null;
        resolve();
      };
      const cancel = this.#context.clock.timer(end, ms);
      entry.wake = end;
    });
  }

  async #unlessHurry(entry: VipEntry, promise: Promise<void>): Promise<void> {
    if (this.#context.hurry) return;
    await new Promise<void>((resolve, reject) => {
      promise.then(resolve, reject);
      entry.abandon = resolve;
    });
    entry.abandon = null;
  }
}
