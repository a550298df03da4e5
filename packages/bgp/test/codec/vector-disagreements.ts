interface Case {
  /** What the checker found. */
  readonly issues: readonly string[];
  /** Whether the vector says what the session had negotiated. */
  readonly told: boolean;
  readonly expected: string;
  readonly status: string;
  /** What we found, `attribute:rule`. */
  readonly rules: readonly string[];
}

/**
 * Why our outcome may differ from the checker's: the sentence that decides, or null when nothing explains it. Each rule is
 * as narrow as the disagreement.
 */
export function disagreement({ issues, told, expected, status, rules }: Case): string | null {
  const has = (rule: string): boolean => rules.includes(rule);
  if (has("14:mp-reach-flags") || has("15:mp-unreach-flags")) {
    return 'RFC 7606 §5.3: MP_REACH_NLRI is "incorrect" when its flags are "inconsistent with those specified in [RFC4760]", and §3 j then leaves no treat-as-withdraw';
  }
  if (has("3:next-hop-value")) {
    return 'RFC 4271 §6.3: NEXT_HOP has to be "a valid IP host address"; RFC 7606 §3 e makes treat-as-withdraw of it';
  }
  if (rules.some((rule) => rule.endsWith(":no-reachable-nlri"))) {
    // The checker counts an MP_REACH_NLRI without NLRI, or without a family of ours, as reaching something.
    if (expected === "treat-as-withdraw" && told === false) {
      return 'RFC 7606 §5.2: the UPDATE "doesn\'t encode any reachable NLRI"';
    }
  }
  if (!issues.some((issue) => /mp_(un)?reach/i.test(issue))) {
    if (has("14:mp-reach-next-hop-length")) {
      return 'RFC 7606 §7.11: a next hop length "inconsistent with that which was expected", of a family the checker keeps opaque';
    }
    if (has("14:mp-reach-nlri-syntax") || has("15:mp-unreach-nlri-syntax")) {
      return "RFC 7606 §5.3: an NLRI has a length its family does not allow, in a family the checker keeps opaque";
    }
  }
  if (has("40:prefix-sid-srv6-service-tlv")) {
    return 'RFC 9252 §7: "The treat-as-withdraw action MUST be performed when at least one malformed SRv6 Service TLV is present"';
  }
  if (
    issues.length > 0 &&
    issues.every((issue) => /^attr-discard: capability \d+ bad length/.test(issue)) &&
    status === "ok"
  ) {
    return "RFC 4271 §6.2 refuses an Optional Parameter that is malformed: this one is whole, one capability in it is not understood, and RFC 5492 §3 ignores those; the checker discards it as well, but an OPEN has no outcome to say so";
  }
  if (status === "ok" && has("17:as4-path-from-four-octet-peer")) {
    return 'RFC 6793 §4.1: AS4_PATH from a four-octet speaker is discarded, "and continue processing", whatever is wrong inside';
  }
  if (
    !told &&
    rules.some((rule) => rule === "2:as-path-overrun" || rule === "7:attribute-length" || rule === "0:nlri-syntax")
  ) {
    return "the source does not say that the session had two-octet AS numbers, or path identifiers: a decoder must be told";
  }
  if (expected === "session-reset" && status === "ok") {
    const fsm = /^session-reset: 2\/(2|3|6) /;
    const resets = issues.filter((issue) => issue.startsWith("session-reset"));
    if (resets.length > 0 && resets.every((issue) => fsm.test(issue))) {
      return "RFC 4271 §6.2: AS, identifier and hold time of an OPEN are judged by the FSM, which knows the configuration";
    }
  }
  return null;
}
