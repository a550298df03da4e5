/** What happens to a peer, in sentences for operators: what is wrong and what to do. */
import { type DownReason, describeNotification, type NotificationBody } from "@vipcast/bgp";
import type { PeerNotification } from "../handlers.ts";
import type { SocketProtection } from "../transport/options.ts";
import { hostPort } from "../transport/peer-address.ts";
import type { PeerSettings } from "./peer-settings.ts";

/** A NOTIFICATION as handlers get it. */
export function inWords(direction: "sent" | "received", body: NotificationBody): PeerNotification {
  return { ...body, direction, text: describeNotification(body) };
}

/** Why a session or an attempt ended, as the session itself knows it. */
export interface KnownEnd {
  readonly reason: DownReason;
  readonly cause: string;
  readonly wasEstablished: boolean;
}

/**
 * The session's own sentence, or a better one where the socket options of this peer say more: packets that TCP MD5 (RFC 2385) or
 * GTSM (RFC 5082) does not accept are dropped without a word, so that all there is to see is silence.
 */
export function causeInWords(end: KnownEnd, settings: PeerSettings, protection: SocketProtection): string {
  const { address, port, config } = settings;
  if (end.reason === "connect-timeout") {
    const target = hostPort(address.text, port);
    return `${target} did not answer our connection attempt within ${config.connectRetry} s (connectRetry): ${silence(protection)}`;
  }
  // Some routers check TTL and key only after they have accepted the connection.
  if (end.reason === "hold-timer-expired" && !end.wasEstablished && protection.ttlSecurity === undefined)
    return `${end.cause}; or it asks for TTL security (GTSM, RFC 5082): then set ttlSecurity for this peer`;
  return end.cause;
}

function silence({ password, ttlSecurity, multihop }: SocketProtection): string {
  const key =
    password === undefined
      ? "it may expect a TCP-MD5 password: then set the same one here"
      : "its TCP-MD5 password for us may be another one or none: make both the same";
  const hops = `${ttlSecurity} hop${ttlSecurity === 1 ? "" : "s"}`;
  const ttl =
    ttlSecurity !== undefined
      ? `it may not use TTL security, or be more than ${hops} away: enable it there, or correct ttlSecurity here`
      : multihop !== undefined
        ? `it may be further away than our TTL of ${multihop} reaches: raise multihop`
        : "it may ask for TTL security (GTSM): then set ttlSecurity here";
  return `it is down or a filter drops our packets: check the router and TCP port access; ${key}; ${ttl}`;
}
