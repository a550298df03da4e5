import { keyOf } from "../host/host-index.ts";
import type { Refusal } from "../intent/desired-vip.ts";
import { type GuardContext, guardVip } from "../intent/guards.ts";
import { bindingOf, isUsable, type VipView, viewOf } from "../plan/view.ts";
import { RIVALS } from "./causes.ts";
import type { LoopContext } from "./context.ts";
import type { VipEntry } from "./vip-entry.ts";

/** The world as far as one entry sees it now. */
export function viewEntry(entry: VipEntry, context: LoopContext): VipView {
  const { index, book, clock, ledgerDown } = context;
  const ledger = index.marksReliable ? (ledgerDown ? "down" : "behind") : "first";
  return viewOf(entry.vip, index, book, entry, { nowMs: clock.now(), ledger });
}

const LATE =
  "that is longer than a lost address may be gone before its route is withdrawn: the kernel's answer was late, as when somebody else keeps its lock, and the route was announced all the while";

const TOLERATED = "it is running, so it stays bound and announced; at the next start it will be refused";

/** Compares what an entry remembers with the host, keeps it current, and says what has changed. */
export class Witness {
  readonly #context: LoopContext;
  readonly #guards: GuardContext;
  readonly #touch: (entry: VipEntry) => void;

  constructor(context: LoopContext, guards: GuardContext, touch: (entry: VipEntry) => void) {
    this.#context = context;
    this.#guards = guards;
    this.#touch = touch;
  }

  /** Brings the entry up to date with the host, and says what has changed. */
  look(entry: VipEntry): void {
    const { hub, clock, policy } = this.#context;
    const { vip } = entry;
    const taken = entry.goal === "remove" || entry.goal === "stop";
    // What is on its way out needs no guard, unless peers still have its route.
    const guarded = !taken || entry.announced !== null || entry.withdrawing !== null;
    this.#noteRefusal(entry, guarded ? guardVip(vip, this.#guards) : null);
    const view = viewEntry(entry, this.#context);
    const usable = isUsable(vip, view);
    if (!usable) {
      if (entry.reportedBound) this.#noteLost(entry, view);
      // The intent has given it another place: nobody has removed it, and it may be missing for as long all the same.
      else if (entry.announced !== null) entry.lostAtMs ??= this.#context.clock.now();
      return;
    }
    // Whoever has bound it, nobody tries it again.
    if (entry.failure?.step === "bind" || entry.failure?.step === "restore") entry.clearFailure();
    if (entry.lostAtMs !== null && entry.reportedBound) {
      const ourDoing = entry.boundAtMs !== null && entry.boundAtMs >= entry.lostAtMs;
      const backAtMs = ourDoing ? (entry.boundAtMs ?? 0) : clock.now();
      const afterMs = Math.round((backAtMs - entry.lostAtMs) * 1000) / 1000;
      const withdrawn = entry.announced === null;
      const late = ourDoing && !withdrawn && afterMs > policy.restoreWindowMs ? [LATE] : [];
      hub.emit({ event: "address.restored", vip: vip.prefix, interface: vip.interface, afterMs, withdrawn }, [
        ourDoing ? `vipcast put it back after ${afterMs} ms` : `it came back after ${afterMs} ms`,
        ...late,
      ]);
      entry.lostAtMs = null;
      return;
    }
    entry.lostAtMs = null;
    if (!entry.reportedBound && !taken && entry.refusal === null) {
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

  #noteRefusal(entry: VipEntry, found: Refusal | null): void {
    // A subnet that is connected later concerns its neighbours alone; to withdraw would cut everybody off. docs/adr/0005.
    const tolerated = found?.rule === "on-link" && entry.reportedBound ? found : null;
    this.#noteTolerated(entry, tolerated);
    const refusal = tolerated === null ? found : null;
    const news = refusal !== null && refusal.rule !== entry.refusal?.rule;
    entry.refusal = refusal;
    if (!news) return;
    this.#context.logger.warn({ vip: entry.vip.prefix, rule: refusal.rule }, refusal.message);
    this.#context.hub.emit({ event: "vip.refused", vip: entry.vip.prefix, rule: refusal.rule }, [refusal.message]);
  }

  #noteTolerated(entry: VipEntry, tolerated: Refusal | null): void {
    const news = tolerated !== null && tolerated.message !== entry.tolerated?.message;
    entry.tolerated = tolerated;
    if (!news) return;
    const vip = entry.vip.prefix;
    const causes = [tolerated.message, TOLERATED];
    this.#context.logger.warn({ vip, rule: tolerated.rule }, causes.join("; "));
    this.#context.hub.emit({ event: "vip.on-link", vip }, causes);
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

  /** Its interface went up or down. The kernel tells in order: one that goes down before our bind is reported was down already, and nothing was back. */
  noteLink(entry: VipEntry): void {
    const { vip, lostBeforeMs } = entry;
    const { index } = this.#context;
    if (index.link(vip.interface)?.up === true || !index.awaits(keyOf(bindingOf(vip)))) return;
    entry.lostAtMs ??= lostBeforeMs;
  }

  /** One more removal by somebody else. */
  noteRemoval(entry: VipEntry): void {
    const { clock, policy, hub, logger } = this.#context;
    if (!entry.reportedBound) return;
    const view = viewEntry(entry, this.#context);
    this.#noteLost(entry, view);
    if (!view.linkUp) return;
    const { holdDownMs, count: removals } = entry.damping.note(clock.now(), policy.damping, policy.damping.removals);
    if (holdDownMs === 0) return;
    const vip = entry.vip.prefix;
    const causes = [`removed ${removals} times within ${policy.damping.windowMs} ms by somebody else`, RIVALS];
    logger.warn({ vip, removals, holdDownMs }, `${vip} is withdrawn for ${holdDownMs} ms: ${causes.join("; ")}`);
    hub.emit({ event: "vip.damped", vip, removals, holdDownMs }, causes);
    entry.cancelHoldDown?.();
    entry.cancelHoldDown = clock.timer(() => this.#touch(entry), holdDownMs);
  }
}
