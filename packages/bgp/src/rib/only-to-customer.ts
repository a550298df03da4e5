/** Only to Customer (RFC 9234 §5): routes that a role says must not go further, on the way in and on the way out. */
import type { AttributeValues } from "../codec/attributes/values.ts";
import type { Role } from "../codec/capabilities/009-role.ts";
import { Family, familyName } from "../iana/afi-safi.ts";
import type { ExportPolicy, ImportPolicy } from "./policy.ts";

/** RFC 9234 §5: "applicable only for the address families AFI 1 (IPv4) and AFI 2 (IPv6) with SAFI 1 (unicast) in both cases". */
function applies(family: Family): boolean {
  return family === Family.Ipv4Unicast || family === Family.Ipv6Unicast;
}

/** By our role: whether the peer hands us what it may only hand to its customers, peers and route server clients. */
const fromAbove: { readonly [Name in Role]: boolean } = {
  customer: true,
  "rs-client": true,
  peer: true,
  provider: false,
  rs: false,
};

/** By our role: whether what goes to the peer must go no further up from there. */
const toBelow: { readonly [Name in Role]: boolean } = {
  provider: true,
  rs: true,
  peer: true,
  customer: false,
  "rs-client": false,
};

/**
 * An import policy for a peer towards which we have this role (RFC 9234 §5, ingress): a leaked route is refused whatever
 * `policy` says, and a route of a provider, peer or route server that lacks the attribute gets it, with the peer's AS, before
 * `policy` sees it. `peerAs` is asked for each: a peer of any AS tells its own in its OPEN.
 */
export function checkOnlyToCustomer(policy: ImportPolicy, role: Role, peerAs: () => number): ImportPolicy {
  // Many routes share one set of attributes, and so share the marked one.
  let from: AttributeValues | null = null;
  let marked: AttributeValues = {};
  return (prefix, attributes) => {
    if (!applies(prefix.family)) return policy(prefix, attributes);
    const { onlyToCustomer } = attributes;
    if (onlyToCustomer !== undefined) {
      // Rules 1 and 2: from a customer or a client of our route server never, from a peer only with its own AS.
      if (!fromAbove[role] || (role === "peer" && onlyToCustomer !== peerAs())) return false;
      return policy(prefix, attributes);
    }
    if (!fromAbove[role]) return policy(prefix, attributes);
    if (from !== attributes || marked.onlyToCustomer !== peerAs()) {
      from = attributes;
      marked = { ...attributes, onlyToCustomer: peerAs() };
    }
    const verdict = policy(prefix, marked);
    return verdict === true ? marked : verdict;
  };
}

/**
 * An export policy for a peer towards which we have this role (RFC 9234 §5, egress): a route that has the attribute does not
 * go to a provider, peer or route server, and one that lacks it gets it, with our AS, towards a customer, peer or client.
 */
export function setOnlyToCustomer<A>(policy: ExportPolicy<A>, role: Role, localAs: number): ExportPolicy<A> {
  return (wanted, family) => {
    const decision = policy(wanted, family);
    if (!applies(family) || "refused" in decision) return decision;
    const { attributes } = decision;
    if (attributes.onlyToCustomer !== undefined) {
      if (!fromAbove[role]) return decision;
      const refused = `it is for customers only (RFC 9234 §5, attribute of AS ${attributes.onlyToCustomer}), and this peer is none: our role is ${role}, its ${familyName(family)} routes go no further`;
      return { refused };
    }
    return toBelow[role] ? { attributes: { ...attributes, onlyToCustomer: localAs } } : decision;
  };
}
