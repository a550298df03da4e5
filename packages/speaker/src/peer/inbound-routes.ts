import {
  AdjRibIn,
  checkOnlyToCustomer,
  type Family,
  formatPrefix,
  type NotificationBody,
  type PeerEvent,
  type RibChange,
} from "@vipcast/bgp";
import type { Clock, Logger } from "../options.ts";
import type { HandlerCalls } from "./handler-calls.ts";
import { MalformedLog } from "./malformed-log.ts";
import { withoutOwnAs } from "./own-as.ts";
import type { PeerSettings } from "./peer-settings.ts";

type UpdateEvent = Extract<PeerEvent, { readonly kind: "update" }>;

/** What a peer announces to us: into the Adj-RIB-In as far as the import policy wants it, and to the handlers. */
export class InboundRoutes {
  readonly adjRibIn: AdjRibIn;
  readonly #calls: HandlerCalls;
  readonly #malformed: MalformedLog;

  constructor(
    { address, importPolicy, config }: PeerSettings,
    calls: HandlerCalls,
    environment: { readonly asn: number; readonly routerId: number; readonly clock: Clock; readonly logger: Logger },
    peerAs: () => number,
  ) {
    this.#calls = calls;
    this.#malformed = new MalformedLog(address.text, environment);
    const guarded = importPolicy === null ? null : calls.guard(importPolicy);
    const policy =
      guarded === null || config.role === null ? guarded : checkOnlyToCustomer(guarded, config.role, peerAs);
    this.adjRibIn = new AdjRibIn({
      policy: policy === null || config.localAs === environment.asn ? policy : withoutOwnAs(config.localAs, policy),
      localAs: environment.asn,
      localRouterId: environment.routerId,
    });
  }

  /** The NOTIFICATION with which a handler ends the session, if it does. */
  receive({ message, ignoredFamilies }: UpdateEvent): NotificationBody | undefined {
    if (message.problems.length > 0) this.#malformed.note(message);
    const change = this.adjRibIn.receive(message, ignoredFamilies);
    const answer = this.#calls.ask("onUpdate", (h, peer) => h.onUpdate?.(message, peer));
    this.#tell(change);
    return answer;
  }

  /** Forgets everything, or one family. */
  clear(family?: Family): void {
    this.#tell(this.adjRibIn.clear(family));
  }

  /** Forgets what is still stale of a family; returns how many routes that are. */
  sweep(family: Family): number {
    const change = this.adjRibIn.sweep(family);
    this.#tell(change);
    return change.withdraw.length;
  }

  /** Asks the import policy again about what is kept. */
  reapply(): void {
    this.#tell(this.adjRibIn.reapply());
  }

  #tell(change: RibChange): void {
    if (change.announce.length === 0 && change.withdraw.length === 0) return;
    if (!this.#calls.has("onRoutes")) return;
    const announce = change.announce.map((route) => ({ ...route, text: formatPrefix(route.prefix) }));
    const withdraw = change.withdraw.map((prefix) => ({ prefix, text: formatPrefix(prefix) }));
    this.#calls.call("onRoutes", (h, peer) => h.onRoutes?.({ announce, withdraw }, peer));
  }
}
