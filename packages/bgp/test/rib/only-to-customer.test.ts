import { describe, expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import type { Role } from "../../src/codec/capabilities/009-role.ts";
import { parsePrefix } from "../../src/codec/nlri/prefix.ts";
import { Family, familyOf } from "../../src/iana/afi-safi.ts";
import { checkOnlyToCustomer, setOnlyToCustomer } from "../../src/rib/only-to-customer.ts";
import { acceptAll, type ExportPolicy } from "../../src/rib/policy.ts";

const peerAs = 65000;
const localAs = 65001;
const prefix = parsePrefix("192.0.2.0/24")!;
const roles: readonly Role[] = ["provider", "rs", "rs-client", "customer", "peer"];

/** What comes in from a peer towards which we have this role: refused, or with this attribute. */
function received(role: Role, onlyToCustomer?: number): number | "none" | "refused" {
  const attributes: AttributeValues = onlyToCustomer === undefined ? { origin: 0 } : { origin: 0, onlyToCustomer };
  const verdict = checkOnlyToCustomer(acceptAll, role, () => peerAs)(prefix, attributes);
  if (verdict === false) return "refused";
  return (verdict === true ? attributes : verdict).onlyToCustomer ?? "none";
}

/** What goes out to such a peer. */
function sent(role: Role, onlyToCustomer?: number, family: number = Family.Ipv4Unicast): number | "none" | "refused" {
  const attributes: AttributeValues = onlyToCustomer === undefined ? { origin: 0 } : { origin: 0, onlyToCustomer };
  const plain: ExportPolicy<AttributeValues> = (wanted) => ({ attributes: wanted });
  const decision = setOnlyToCustomer(plain, role, localAs)(attributes, family);
  return "refused" in decision ? "refused" : (decision.attributes.onlyToCustomer ?? "none");
}

describe("routes that come in (RFC 9234 §5, ingress)", () => {
  test("with the attribute, from a customer or a client of our route server, are leaks", () => {
    expect([received("provider", 65002), received("rs", 65002)]).toEqual(["refused", "refused"]);
  });

  test("with the attribute of another AS, from a peer, are leaks", () => {
    expect([received("peer", 65002), received("peer", peerAs)]).toEqual(["refused", peerAs]);
  });

  test("with the attribute, from a provider or route server, are as they should be", () => {
    expect([received("customer", 65002), received("rs-client", 65002)]).toEqual([65002, 65002]);
  });

  test("without it get the peer's AS when they come from a provider, a peer or a route server", () => {
    expect(roles.map((role) => [role, received(role)])).toEqual([
      ["provider", "none"],
      ["rs", "none"],
      ["rs-client", peerAs],
      ["customer", peerAs],
      ["peer", peerAs],
    ]);
  });

  test("are marked before the policy sees them, once for all routes that share their attributes", () => {
    const seen: AttributeValues[] = [];
    const policy = checkOnlyToCustomer(
      (_prefix, attributes) => {
        seen.push(attributes);
        return true;
      },
      "customer",
      () => peerAs,
    );
    const shared = { origin: 0 } as const;
    policy(prefix, shared);
    policy(prefix, shared);
    policy(prefix, { origin: 1 });
    expect(seen.map(({ onlyToCustomer }) => onlyToCustomer)).toEqual([peerAs, peerAs, peerAs]);
    expect(seen[0]).toBe(seen[1]);
    expect(seen[2]).toEqual({ origin: 1, onlyToCustomer: peerAs });
    expect(shared).toEqual({ origin: 0 });
  });

  test("keep what the policy makes of them", () => {
    const policy = checkOnlyToCustomer(
      () => ({ origin: 2 }),
      "customer",
      () => peerAs,
    );
    expect(policy(prefix, { origin: 0 })).toEqual({ origin: 2 });
    expect(
      checkOnlyToCustomer(
        () => false,
        "customer",
        () => peerAs,
      )(prefix, { origin: 0 }),
    ).toBe(false);
  });

  test("of other families are left alone", () => {
    const multicast = { ...prefix, family: familyOf(1, 2) };
    const attributes = { onlyToCustomer: 65002 };
    expect(checkOnlyToCustomer(acceptAll, "provider", () => peerAs)(multicast, attributes)).toBe(true);
  });
});

describe("routes that go out (RFC 9234 §5, egress)", () => {
  test("with the attribute go to customers and clients only", () => {
    expect(roles.map((role) => [role, sent(role, 65002)])).toEqual([
      ["provider", 65002],
      ["rs", 65002],
      ["rs-client", "refused"],
      ["customer", "refused"],
      ["peer", "refused"],
    ]);
  });

  test("without it get our AS towards customers, clients and peers", () => {
    expect(roles.map((role) => [role, sent(role)])).toEqual([
      ["provider", localAs],
      ["rs", localAs],
      ["rs-client", "none"],
      ["customer", "none"],
      ["peer", localAs],
    ]);
  });

  test("of other families, and those that are refused anyway, are left alone", () => {
    expect(sent("provider", undefined, familyOf(1, 2))).toBe("none");
    expect(sent("customer", 65002, familyOf(2, 128))).toBe(65002);
    const none: ExportPolicy<AttributeValues> = () => ({ refused: "no next hop" });
    expect(setOnlyToCustomer(none, "provider", localAs)({}, Family.Ipv4Unicast)).toEqual({ refused: "no next hop" });
  });
});
