import { CeaseSubcode, familyName, type NotificationBody, NotificationCode, type PrefixCount } from "@vipcast/bgp";
import type { PeerDown } from "../handlers.ts";
import type { Logger } from "../options.ts";
import type { HandlerCalls } from "./handler-calls.ts";
import { inWords } from "./in-words.ts";

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
