import type { Announcer, Explanation, HostState, LedgerEntry, Step } from "@vipcast/announcer";
import type { SessionFigures } from "../adapters/speaker-routes.ts";
import type { FamilyName } from "./peer.ts";

/** What is looked at of a VIP. */
export type VipFacts = Pick<
  Explanation,
  "vip" | "state" | "bound" | "healthy" | "health" | "next" | "failure" | "holdDownMs"
>;

/** What the answers to a peer's questions about a restart are made of. */
export interface RestartSources {
  /** What an earlier run recorded and did not take away, in this boot; after a clean stop nothing. */
  readonly left: readonly LedgerEntry[];
  /** The host as it is now. */
  readonly host: () => HostState;
  /** The VIPs as they are now. */
  readonly vips: () => readonly VipFacts[];
}

/** What graceful restart tells the peers about us (RFC 4724 §4.1): never more than ledger, kernel and verdicts prove. */
export class RestartEvidence {
  readonly #sources: RestartSources;
  #complete = false;

  constructor(sources: RestartSources) {
    this.#sources = sources;
  }

  /** From here on the VIPs themselves tell what is so. */
  complete(): void {
    this.#complete = true;
  }

  /** R bit: an earlier run ended without taking its VIPs away, so that peers may keep its routes. */
  readonly restarted = (): boolean => this.#sources.left.length > 0;

  /**
   * F bit: packets for every VIP of the family that a peer may still know from us arrive. Of an earlier run the peers know what was
   * healthy at its end; each address it left must still be there and be ours. Later every VIP must be announced: bound, healthy, not drained.
   */
  readonly forwardingPreserved = (family: FamilyName): boolean => {
    const version = family === "ipv6-unicast" ? 6 : 4;
    if (this.#complete) {
      const vips = this.#sources.vips().filter(({ vip }) => versionOf(vip) === version);
      return vips.length > 0 && vips.every(({ state, bound, healthy }) => state === "announced" && bound && healthy);
    }
    const left = this.#sources.left.filter(({ prefix }) => versionOf(prefix) === version);
    const { addresses } = this.#sources.host();
    const there = ({ prefix, interface: name }: LedgerEntry): boolean =>
      addresses.some(
        (found) =>
          `${found.address}/${found.prefixLength}` === prefix && found.interface === name && found.mark !== "other",
      );
    return left.length > 0 && left.every(there);
  };
}

function versionOf(prefix: string): 4 | 6 {
  return prefix.includes(":") ? 6 : 4;
}

/** Whether nothing is to be waited for before a VIP's route is, or is not, what it will be: it has a first verdict, and that has been acted on. */
export function isDecided({ health, state, next, failure, holdDownMs }: VipFacts): boolean {
  if (state === "refused" || failure !== null || holdDownMs > 0) return true;
  // Of an address that goes, or has only to be written down, the route does not depend.
  return health !== "unknown" && next.every(({ kind }) => afterwards.includes(kind));
}

const afterwards: readonly Step["kind"][] = ["wait", "unbind", "record", "forget"];

/** Resolves when every session is Established, or at `endMs` of `performance.now()`. */
export async function allEstablished(sessions: () => readonly SessionFigures[], endMs: number): Promise<void> {
  while (performance.now() < endMs && sessions().some(({ snapshot }) => snapshot.state !== "Established"))
    await sleep(pollMs);
}

/** A verdict can come at any time, and not each is an event. */
const pollMs = 20;
/** The same while there is work to do: to ask ten thousand VIPs is work too. */
const busyPollMs = 100;

/**
 * Resolves with true once every VIP is decided, or `limitMs` have passed whatever is under way then; 0: once the work of the start is done. With false when
 * the announcer was closed first: then nothing may be said to be complete.
 */
export async function initialRoutes(announcer: Pick<Announcer, "idle" | "vips">, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  const limits = limitMs > 0 ? [limitMs] : [];
  for (;;) {
    try {
      // What is held back until then keeps it from being idle.
      await Promise.race([announcer.idle(), ...limits.map(() => sleep(busyPollMs))]);
    } catch {
      return false;
    }
    if (performance.now() >= end || announcer.vips().every(isDecided)) return true;
    await sleep(pollMs);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
