/** What happens to a peer, in sentences for operators: what is wrong and what to do. */
import { type DownReason, describeNotification, type NotificationBody } from "@vipcast/bgp";
import type { PeerNotification } from "../handlers.ts";
import type { DropCounters, SocketProtection } from "../transport/options.ts";
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

/** The socket options of a peer, and what this host has dropped without an answer since its dial began. */
export interface Sockets {
  readonly options: SocketProtection;
  readonly dropped: DropCounters | null;
}

const unreadInWords =
  "this program kept the peer paused for longer than the hold time, with so much held back that its KEEPALIVEs were not read any more: resume it sooner, or set a longer holdTime";

/**
 * The session's own sentence, or a better one where the socket options of this peer say more: packets that TCP MD5 (RFC 2385) or
 * GTSM (RFC 5082) does not accept are dropped without a word, so that all there is to see is silence. `unread`: the silence was
 * ours, for a pause had stopped the reading.
 */
export function causeInWords(
  end: KnownEnd,
  settings: PeerSettings,
  { options, dropped }: Sockets,
  unread: boolean,
): string {
  const { address, port, config } = settings;
  if (end.reason === "connect-timeout") {
    const target = hostPort(address.text, port);
    return `${target} did not answer our connection attempt within ${config.connectRetry} s (connectRetry): ${seen(dropped, options) ?? silence(options)}`;
  }
  if (end.reason === "hold-timer-expired" && end.wasEstablished && unread) return unreadInWords;
  // Some routers check TTL and key only after they have accepted the connection.
  if (end.reason === "hold-timer-expired" && !end.wasEstablished && options.ttlSecurity === undefined)
    return `${end.cause}; or it asks for TTL security (GTSM, RFC 5082): then set ttlSecurity for this peer`;
  return end.cause;
}

/** The counters are for all peers together: those that this peer's options could not have set off are another's. */
function seen(dropped: DropCounters | null, { password, ttlSecurity }: SocketProtection): string | null {
  if (dropped === null) return null;
  const { lowTtl, wrongKey, missingKey, unexpectedKey } = dropped;
  const segments = (count: number): string =>
    `this host has dropped ${count} segment${count === 1 ? "" : "s"} meanwhile`;
  if (lowTtl > 0 && ttlSecurity !== undefined)
    return `${segments(lowTtl)} whose TTL was too low: enable TTL security (GTSM) on the router, or correct ttlSecurity here`;
  if (wrongKey > 0 && password !== undefined)
    return `${segments(wrongKey)} signed with another TCP-MD5 password than ours: make both the same`;
  if (missingKey > 0 && password !== undefined)
    return `${segments(missingKey)} without the TCP-MD5 signature that our password asks for: set the password on the router too`;
  if (unexpectedKey > 0 && password === undefined)
    return `${segments(unexpectedKey)} with a TCP-MD5 signature, and no password is set here: set the router's password`;
  return null;
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
