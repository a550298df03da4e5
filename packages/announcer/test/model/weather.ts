import { portError } from "../fakes/fake-host.ts";
import type { World } from "../fakes/world.ts";
import type { Act } from "./acts.ts";

/** A port that waits behind a gate until it is opened. */
class Gate {
  promise: Promise<void> | null = null;
  #open: () => void = () => {};

  close(): Promise<void> {
    this.promise ??= new Promise((resolve) => {
      this.#open = resolve;
    });
    return this.promise;
  }

  open(): void {
    this.#open();
    this.promise = null;
  }
}

/** What befalls the ports: failures, delays, and no answer at all. */
export class Weather {
  /** News from the kernel may be this late. */
  lateMs = 0;
  /** The ledger could not be read or written for a while. */
  ledgerFailed = false;
  /** Steps fail, or have failed. */
  rough = false;
  readonly #world: World;
  readonly #random: () => number;
  readonly #gates = { host: new Gate(), ledger: new Gate(), peers: new Gate() };
  #calmAtMs = 0;
  readonly #refusedAt = new Map<string, number>();

  constructor(world: World, random: () => number) {
    this.#world = world;
    this.#random = random;
  }

  /** A port answers nothing at present, or has only just begun to answer again. */
  get hanging(): boolean {
    const { clock, routes } = this.#world;
    const shut = Object.values(this.#gates).some(({ promise }) => promise !== null);
    return shut || clock.now() - this.#calmAtMs < 2000 + routes.handOverMs;
  }

  /** When a peer last did not take a route. */
  refusedAtMs(prefix: string): number {
    return this.#refusedAt.get(prefix) ?? Number.NEGATIVE_INFINITY;
  }

  change(act: Extract<Act, { readonly kind: "weather" | "ledger" | "hang" | "calm" }>): void {
    const { host, routes, ledger, clock } = this.#world;
    switch (act.kind) {
      case "weather":
        this.rough ||= act.failing > 0 || act.refusing > 0;
        this.lateMs = Math.max(this.lateMs, act.eventDelayMs);
        host.eventDelayMs = this.lateMs;
        routes.handOverMs = act.handOverMs;
        host.weather = (operation) => ({
          delayMs: act.delayMs * this.#random(),
          // Without marks, of an address that is added and said not to be, nothing would tell.
          ...(this.#random() < act.failing && !(operation === "bound" && host.marks === "unknown")
            ? { error: portError(this.#random() < 0.5 ? "EPERM" : "ENODEV", "not today") }
            : {}),
        });
        routes.refuse = (prefix) => {
          if (this.#random() >= act.refusing) return null;
          this.#refusedAt.set(prefix, clock.now());
          return portError("ERR_SPEAKER_ROUTE", "not this one");
        };
        return;
      case "ledger":
        this.ledgerFailed ||= act.failing;
        ledger.failing = act.failing ? (): boolean => true : null;
        ledger.wait = async () => {
          if (this.#gates.ledger.promise !== null) await this.#gates.ledger.promise;
          if (act.delayMs > 0) await clock.sleep(act.delayMs);
        };
        return;
      case "hang":
        if (act.what === "host") host.gate = this.#gates.host.close();
        else if (act.what === "peers") routes.gate = this.#gates.peers.close();
        else {
          const shut = this.#gates.ledger.close();
          ledger.wait = () => shut;
        }
        return;
      case "calm":
        host.weather = () => ({ delayMs: 0 });
        routes.handOverMs = 0;
        routes.refuse = () => null;
        ledger.failing = null;
        ledger.wait = async () => {};
        host.gate = null;
        routes.gate = null;
        for (const gate of Object.values(this.#gates)) gate.open();
        this.#calmAtMs = clock.now();
        return;
      default:
        act satisfies never;
    }
  }
}
