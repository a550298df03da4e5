import { roleNames } from "../codec/capabilities/009-role.ts";
import { afiOf, familyName, safiOf } from "../iana/afi-safi.ts";
import type { PeerConfig } from "./config.ts";

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Path of the property, for example `holdTime` or `capabilities.addPath`. */
  readonly field: string;
  /** The value as text. */
  readonly value: string;
  /** Why it is refused. */
  readonly problem: string;
  /** What to write instead. */
  readonly remedy: string;
}

const afiIpv4 = 1;

function whole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** Everything wrong with a configuration, in the order of its fields; empty when a session can be made from it. */
export function validatePeerConfig(config: PeerConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (field: string, value: unknown, problem: string, remedy: string): void => {
    problems.push({ field, value: String(value), problem, remedy });
  };

  if (!whole(config.localAs, 1, 0xffff_ffff)) {
    add("localAs", config.localAs, "an AS number is 1 to 4294967295", "use your AS, or a private one such as 64512");
  }
  if (typeof config.remoteAs === "number") {
    if (!whole(config.remoteAs, 1, 0xffff_ffff)) {
      add(
        "remoteAs",
        config.remoteAs,
        "an AS number is 1 to 4294967295",
        'use the peer\'s AS, "external" or "internal"',
      );
    }
  } else if (config.remoteAs !== "external" && config.remoteAs !== "internal") {
    add("remoteAs", config.remoteAs, "not an AS number", 'use the peer\'s AS, "external" or "internal"');
  }
  // RFC 6286 §2.1
  if (!whole(config.routerId, 1, 0xffff_ffff)) {
    add("routerId", config.routerId, "a BGP Identifier is 1 to 4294967295", "use an IPv4 address of this host");
  }
  // RFC 4271 §4.2
  if (config.holdTime !== 0 && !whole(config.holdTime, 3, 65535)) {
    add("holdTime", config.holdTime, "a hold time is 0 or 3 to 65535 seconds", "use 9 in a data centre, 90 on a WAN");
  }
  checkTimes(config, add);
  checkIdleHold(config, add);
  checkFamilies(config, add);
  checkMaxPrefixes(config, add);
  if (!whole(config.staleTime, 1, 4095)) {
    add("staleTime", config.staleTime, "stale routes are kept for 1 to 4095 seconds", "use 120");
  }
  checkRole(config, add);
  return problems;
}

type Add = (field: string, value: unknown, problem: string, remedy: string) => void;

function checkTimes(config: PeerConfig, add: Add): void {
  const { keepalive, holdTime, connectRetry, delayOpen } = config;
  checkSendHoldTime(config, add);
  // RFC 4271 §4.4: "KEEPALIVE messages MUST NOT be sent more frequently than one per second."
  if (keepalive !== null && !(keepalive >= 1 && keepalive <= 21845)) {
    add(
      "keepalive",
      keepalive,
      "a keepalive time is 1 to 21845 seconds",
      "leave it out: a third of the hold time is used",
    );
  } else if (keepalive !== null && holdTime > 0 && keepalive >= holdTime) {
    const remedy = `use ${Math.floor(holdTime / 3)}, or leave it out: a third of the hold time is used`;
    add("keepalive", keepalive, `not below the hold time of ${holdTime} s`, remedy);
  }
  if (!(connectRetry >= 0.1 && connectRetry <= 65535)) {
    add(
      "connectRetry",
      connectRetry,
      "a connect retry time is 0.1 to 65535 seconds",
      "use 5 in a data centre, 120 on a WAN",
    );
  }
  if (!(delayOpen >= 0 && delayOpen <= 65535)) {
    add("delayOpen", delayOpen, "a delay is 0 to 65535 seconds", "use 0 to send our OPEN at once");
  }
}

/** RFC 9687 §4.4: "If SendHoldTime is non-zero, then it MUST be greater than the value of HoldTime". */
function checkSendHoldTime({ sendHoldTime, holdTime }: PeerConfig, add: Add): void {
  if (sendHoldTime === null || sendHoldTime === 0) return;
  if (sendHoldTime > holdTime && sendHoldTime <= 131_070) return;
  const problem = `a send hold time is 0, or above the hold time of ${holdTime} s and at most 131070 s`;
  add("sendHoldTime", sendHoldTime, problem, "leave it out: the greater of 480 and twice the hold time is used");
}

function checkIdleHold({ idleHold, connectRetry }: PeerConfig, add: Add): void {
  const { initial, max, stableAfter } = idleHold;
  if (!(initial >= 0.001 && initial <= 65535)) {
    add("idleHold.initial", initial, "the first pause is 0.001 to 65535 seconds", "use 0.25");
  }
  if (max !== null && !(max >= initial && max <= 65535)) {
    const problem = `the longest pause is not below the first one of ${initial} s, and at most 65535 seconds`;
    add("idleHold.max", max, problem, `leave it out: the connect retry time of ${connectRetry} s is used`);
  }
  if (stableAfter !== null && !(stableAfter >= 0 && stableAfter <= 65535)) {
    const problem = "the time after which a session is stable is 0 to 65535 seconds";
    add(
      "idleHold.stableAfter",
      stableAfter,
      problem,
      `leave it out: ${connectRetry} s, the connect retry time, is used`,
    );
  }
}

/** SAFIs whose NLRI are prefixes (RFC 4760 §6, RFC 8277, RFC 4364). */
const prefixSafis: readonly number[] = [1, 2, 4, 128];

function checkMaxPrefixes({ maxPrefixes, families }: PeerConfig, add: Add): void {
  maxPrefixes.forEach(({ family, limit, warningPercent, restart }, index) => {
    const name = `maxPrefixes.${familyName(family)}`;
    if (!families.includes(family)) add(name, limit, "not one of the session's families", "add it to families");
    else if (!prefixSafis.includes(safiOf(family)))
      add(name, limit, "what it carries are not prefixes", "leave it out");
    if (maxPrefixes.findIndex((other) => other.family === family) !== index) {
      add(name, limit, "named twice", "name each family once");
    }
    if (!whole(limit, 1, 0xffff_ffff)) add(name, limit, "a limit is 1 to 4294967295 prefixes", "use a whole number");
    if (warningPercent !== null && !(warningPercent >= 1 && warningPercent <= 100)) {
      add(`${name}.warningPercent`, warningPercent, "a threshold is 1 to 100 per cent of the limit", "use 75");
    }
    if (restart !== null && !(restart >= 0.001 && restart <= 4_294_967)) {
      const remedy = "use 300, or leave it out: the peer then stays down until it is started again";
      add(`${name}.restart`, restart, "a restart time is 0.001 to 4294967 seconds", remedy);
    }
  });
}

function checkRole({ role, roleStrict, remoteAs, localAs }: PeerConfig, add: Add): void {
  if (role !== null && !roleNames.includes(role)) {
    add(
      "role",
      role,
      "not a role of RFC 9234",
      "use provider, rs, rs-client, customer or peer: what we are to this peer",
    );
  }
  if (roleStrict && role === null) add("roleStrict", roleStrict, "needs a role of our own", "set role as well");
  // RFC 9234 §4.1: roles are for eBGP.
  if (role !== null && (remoteAs === "internal" || remoteAs === localAs)) {
    add("role", role, "roles are for external peers (RFC 9234 §4.1), and this one is in our AS", "leave it out");
  }
}

function checkFamilies(config: PeerConfig, add: Add): void {
  const { families, capabilities } = config;
  if (families.length === 0) {
    add("families", "", "a session needs at least one address family", "use ipv4-unicast, ipv6-unicast or both");
  }
  families.forEach((family, index) => {
    if (!whole(family, 0, 0xff_ffff)) {
      add("families", family, "not an address family", "use Family.Ipv4Unicast, or familyOf(afi, safi)");
    } else if (families.indexOf(family) !== index) {
      add("families", familyName(family), "named twice", "name it once");
    }
  });
  if (capabilities.enhancedRouteRefresh && !capabilities.routeRefresh) {
    add(
      "capabilities.enhancedRouteRefresh",
      true,
      "needs route refresh (RFC 7313 §3.1)",
      "switch routeRefresh on as well",
    );
  }
  for (const family of capabilities.extendedNextHop) {
    if (afiOf(family) !== afiIpv4) {
      const problem = "RFC 8950 gives IPv6 next hops to IPv4 families only";
      add("capabilities.extendedNextHop", familyName(family), problem, "leave it out");
    }
  }
  for (const { family } of capabilities.addPath) {
    if (!families.includes(family)) {
      add("capabilities.addPath", familyName(family), "not one of the session's families", "add it to families");
    }
  }
  const restart = capabilities.gracefulRestart;
  if (restart !== null && !whole(restart.restartTime, 0, 4095)) {
    const problem = "a restart time is 0 to 4095 seconds (RFC 4724 §3)";
    add("capabilities.gracefulRestart.restartTime", restart.restartTime, problem, "use 10");
  }
  for (const { family } of restart?.families ?? []) {
    if (!families.includes(family)) {
      add(
        "capabilities.gracefulRestart",
        familyName(family),
        "not one of the session's families",
        "add it to families",
      );
    }
  }
}

/** A session was asked for with a configuration that {@link validatePeerConfig} refuses. */
export class PeerConfigError extends Error {
  override readonly name: string = "PeerConfigError";
  readonly code: "ERR_BGP_PEER_CONFIG" = "ERR_BGP_PEER_CONFIG";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ field, value, problem, remedy }) => `${field} ${value}: ${problem}: ${remedy}`).join("; "));
    this.problems = problems;
  }
}
