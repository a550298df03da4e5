/** What ended an attempt or a session, as sentences for operators: what is wrong and, where it is known, what to do. */

import { formatRouterId } from "../bytes/address.ts";
import type { Role } from "../codec/capabilities/009-role.ts";
import { type Family, familyName } from "../iana/afi-safi.ts";
import type { PeerConfig } from "./config.ts";
import type { CloseCause } from "./event.ts";
import type { FsmStateName } from "./state.ts";

export function versionRefused(version: number): string {
  return `the peer speaks BGP version ${version}, we speak version 4 only: correct the router`;
}

export function asRefused(peerAs: number, config: PeerConfig): string {
  if (peerAs === 0) return "the peer says its AS is 0, which RFC 7607 forbids: correct the router";
  switch (config.remoteAs) {
    case "external":
      return `the peer says its AS is ${peerAs}, which is ours, but it is configured as external: set asn=${peerAs} for this peer or correct the router`;
    case "internal":
      return `the peer says its AS is ${peerAs}, but it is configured as internal and our AS is ${config.localAs}: set asn=${peerAs} for this peer or correct the router`;
    default:
      return `the peer says its AS is ${peerAs}, we expect ${config.remoteAs}: set asn=${peerAs} for this peer or correct the router`;
  }
}

export function holdTimeRefused(seconds: number): string {
  return `the peer offers a hold time of ${seconds} s, but only 0 or 3 s and more are allowed (RFC 4271 §4.2): correct the router`;
}

export function routerIdRefused(routerId: number): string {
  if (routerId === 0) return "the peer's router id is 0.0.0.0, which RFC 6286 forbids: set one on the router";
  return `the peer has our own router id ${formatRouterId(routerId)}: give one of the two another router id`;
}

export function familiesRefused(ours: readonly Family[], theirs: readonly Family[]): string {
  const names = (families: readonly Family[]): string => families.map(familyName).join(", ");
  return `no address family in common: the peer offers ${names(theirs)}, this peer is configured for ${names(ours)}: change families here or enable ${names(ours.slice(0, 1))} for us on the router`;
}

export function roleRefused(ours: Role, theirs: string): string {
  return theirs === "none"
    ? `the peer states no BGP role, and ours, ${ours}, is strict: set a role on the router, or switch strict roles off here`
    : `the peer's BGP role is ${theirs}, which does not fit ours, ${ours} (RFC 9234 §4.2): correct one of the two`;
}

export function connectTimedOut(connectRetry: number): string {
  return `the peer did not answer our connection attempt within ${connectRetry} s (connect retry time): it is down, a filter drops our packets, or the two ends do not have the same TCP-MD5 password`;
}

/** Remedies for the errors that operators meet, by system error code. */
const connectRemedies: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    ": nothing listens there: check that BGP runs on the router, on this port, and that it has us as a neighbour",
  EHOSTUNREACH: ": check the address, the cable and the neighbour table",
  ENETUNREACH: ": this host has no route to it: check the address and the routing table",
  ETIMEDOUT: ": it is down, a filter drops our packets, or the two ends do not have the same TCP-MD5 password",
  ECONNRESET:
    ": the router does not accept us: check that it has us as a neighbour, and its access lists and TTL security",
  EADDRNOTAVAIL:
    ": this host has no address to connect from: check the source of this peer, and that its interface is up and has an address",
  EINVAL:
    ": the kernel refuses to connect these two addresses: check the source of this peer, and its zone or interface",
  ENODEV: ": its interface is not there: check the interface of this peer",
  ENETDOWN: ": the interface is down: bring it up",
  EAFNOSUPPORT:
    ": this host has that address family switched off: switch it on, or reach the peer by its other address",
  EMFILE: ": this process has too many files open: raise its limit (LimitNOFILE in a systemd unit)",
  ENFILE: ": this host has too many files open: raise fs.file-max",
  ENOBUFS: ": the kernel is out of memory for sockets",
  EACCES: ": this process lacks a permission: give it CAP_NET_ADMIN or drop the option that needs it",
  EPERM:
    ": a local firewall forbids it, or this process lacks a permission: check the rules for outgoing packets, and CAP_NET_ADMIN",
};

export function connectFailed(cause: CloseCause): string {
  const words = cause.detail === "" ? (cause.code ?? "the connection attempt failed") : cause.detail;
  return `cannot connect: ${words}${connectRemedies[cause.code ?? ""] ?? ": check the address of this peer, and the options that its connection has"}`;
}

/** A TCP connection that ended without a NOTIFICATION. */
export function connectionLost(state: FsmStateName, cause: CloseCause): string {
  const words = cause.detail === "" ? "" : ` (${cause.detail})`;
  const what = cause.kind === "end" ? "the peer closed the connection" : `the connection broke${words}`;
  switch (state) {
    case "Idle":
    case "Connect":
    case "Active":
      return `${what} before any OPEN`;
    case "OpenSent":
      return `${what} before it sent an OPEN: usually it has no neighbour configured with our address, or refuses it for now`;
    case "OpenConfirm":
      return `${what} after the OPENs, without a NOTIFICATION: see the router's log`;
    case "Established":
      return `${what} without a NOTIFICATION`;
  }
  return state satisfies never;
}

export const connectionSuperseded: string =
  "the peer has connected anew, so that it has restarted without a sign of it on this connection (RFC 4724 §5)";

export function holdExpired(state: FsmStateName, seconds: number): string {
  return state === "OpenSent"
    ? `the peer accepted the connection but sent no OPEN within ${seconds} s: check that BGP answers there, and not another service`
    : `nothing was heard from the peer for the hold time of ${seconds} s: it, or the way to it, is down or overloaded`;
}

export function sendHoldExpired(seconds: number): string {
  return `the peer has read nothing of what we send for the send hold time of ${seconds} s (RFC 9687), though it still sends to us: its BGP process is stuck or overloaded: see the router's log`;
}

export function unexpectedMessageIn(state: FsmStateName, message: string): string {
  return `the peer sent ${message} in ${state}, where it does not belong`;
}
