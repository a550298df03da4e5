import {
  CeaseSubcode,
  familyName,
  type Negotiated,
  type NotificationBody,
  NotificationCode,
  type PrefixCount,
  type StaleEvent,
} from "@vipcast/bgp";
import type { PeerDown } from "../handlers.ts";
import type { Logger } from "../options.ts";
import { establishedFields } from "./established-fields.ts";
import type { HandlerCalls } from "./handler-calls.ts";
import { inWords } from "./in-words.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { offersBfd, restartWarning } from "./restart-warning.ts";
import { staleWords, sweepWords } from "./stale-words.ts";

type StaleEventOf<Kind extends StaleEvent["kind"]> = Extract<StaleEvent, { readonly kind: Kind }>;

/** What is worth a line in the log and a call of a handler alike. */
export class PeerReports {
  readonly #peer: string;
  readonly #logger: Logger;
  readonly #calls: HandlerCalls;

  constructor(peer: string, logger: Logger, calls: HandlerCalls) {
    this.#peer = peer;
    this.#logger = logger;
    this.#calls = calls;
  }

  established(settings: PeerSettings, negotiated: Negotiated): void {
    this.#logger.info(establishedFields(settings, negotiated), "session established");
    const warning = restartWarning(negotiated, settings.bfd || offersBfd(negotiated));
    if (warning !== null) this.#logger.warn({ peer: this.#peer }, warning);
  }

  notification(direction: "sent" | "received", body: NotificationBody): void {
    const notification = inWords(direction, body);
    // Our own goodbye is no reason to worry; everything else is.
    const level = direction === "sent" && isGoodbye(body) ? "info" : "warn";
    this.#logger[level](
      { peer: this.#peer, direction, code: body.code, subcode: body.subcode },
      `NOTIFICATION ${direction}: ${notification.text}`,
    );
    this.#calls.call("onNotification", (h, peer) => h.onNotification?.(notification, peer));
  }

  down(down: PeerDown): void {
    const { reason, cause, wasEstablished } = down;
    const level = wasEstablished && reason !== "administrative-stop" ? "warn" : "info";
    this.#logger[level]({ peer: this.#peer, reason, wasEstablished }, cause);
    this.#calls.call("onDown", (h, peer) => h.onDown?.(down, peer));
  }

  prefixWarning({ family, count, limit }: PrefixCount): void {
    this.#calls.call("onPrefixWarning", (h, peer) => h.onPrefixWarning?.({ family, count, limit }, peer));
    this.#logger.warn(
      { peer: this.#peer, family: familyName(family), count, limit },
      `the peer announces ${count} prefixes of ${familyName(family)}, and may announce ${limit}: one more than that ends the session`,
    );
  }

  stale({ family, cause }: StaleEventOf<"stale">, routes: number): void {
    const [name, words] = [familyName(family), staleWords(cause)];
    const fields = { peer: this.#peer, family: name, cause, routes };
    if (routes > 0) this.#logger.info(fields, `${routes} routes of ${name} are stale, and kept: ${words}`);
    this.#calls.call("onStaleRoutes", (h, peer) => h.onStaleRoutes?.({ family, cause, routes }, peer));
  }

  swept({ family, cause, reason }: StaleEventOf<"sweep">, routes: number): void {
    const name = familyName(family);
    const fields = { peer: this.#peer, family: name, cause, routes, reason };
    if (routes > 0) this.#logger.info(fields, `${routes} stale routes of ${name} are dropped: ${sweepWords(reason)}`);
    this.#calls.call("onStaleRoutes", (h, peer) => h.onStaleRoutes?.({ family, cause, routes, swept: reason }, peer));
  }

  stall(lateMs: number): void {
    this.#logger.warn(
      { peer: this.#peer, lateMs: Math.round(lateMs) },
      `this process was blocked for ${(lateMs / 1000).toFixed(1)} s; what the peer sent meanwhile is read before its timers are judged`,
    );
  }
}

function isGoodbye({ code, subcode }: NotificationBody): boolean {
  return code === NotificationCode.Cease && subcode !== CeaseSubcode.MaximumNumberOfPrefixesReached;
}
