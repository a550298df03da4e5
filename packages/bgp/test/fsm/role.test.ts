import { describe, expect, test } from "vitest";
import type { Role } from "../../src/codec/capabilities/009-role.ts";
import type { Capability } from "../../src/codec/capabilities/spec.ts";
import { negotiate } from "../../src/fsm/negotiate.ts";
import { ownOpen } from "../../src/fsm/open.ts";
import { roleCapability } from "../../src/fsm/role.ts";
import { sampleConfig, sampleOpen } from "./samples.ts";

const roles: readonly Role[] = ["provider", "rs", "rs-client", "customer", "peer"];
const pairs = new Set(["provider-customer", "customer-provider", "rs-rs-client", "rs-client-rs", "peer-peer"]);

function verdict(ours: Role | null, theirs: readonly Capability[], roleStrict = false) {
  const { capabilities } = sampleOpen();
  const open = sampleOpen({ capabilities: [...capabilities, ...theirs] });
  return negotiate(open, sampleConfig({ role: ours, roleStrict }));
}

describe("roles (RFC 9234 §4.2)", () => {
  test.each(roles.flatMap((ours) => roles.map((theirs) => [ours, theirs] as const)))(
    "we are %s, the peer is %s",
    (ours, theirs) => {
      const answer = verdict(ours, [roleCapability(theirs)]);
      if (pairs.has(`${ours}-${theirs}`)) {
        expect(answer).toMatchObject({ accepted: true, negotiated: { peerRole: theirs } });
      } else {
        const cause = `the peer's BGP role is ${theirs}, which does not fit ours, ${ours} (RFC 9234 §4.2): correct one of the two`;
        expect(answer).toMatchObject({ accepted: false, notification: { code: 2, subcode: 11 }, cause });
      }
    },
  );

  test("a peer without a role fits, and does not when the mode is strict", () => {
    expect(verdict("customer", [])).toMatchObject({ accepted: true, negotiated: { peerRole: null } });
    expect(verdict("customer", [], true)).toMatchObject({
      accepted: false,
      notification: { code: 2, subcode: 11, data: new Uint8Array(0) },
      cause: expect.stringContaining("states no BGP role"),
    });
  });

  test("a role said twice is one role, two different ones never fit", () => {
    const [provider, peer] = [roleCapability("provider"), roleCapability("peer")];
    expect(verdict("customer", [provider, provider])).toMatchObject({ accepted: true });
    expect(verdict("customer", [provider, peer])).toMatchObject({
      accepted: false,
      cause: expect.stringContaining("provider and peer"),
    });
  });

  test("a value that RFC 9234 does not have never fits", () => {
    const strange: Capability = { code: 9, name: "role", role: 9 };
    expect(verdict("peer", [strange])).toMatchObject({ accepted: false, cause: expect.stringContaining("role 9") });
  });

  test("a capability of another length says nothing", () => {
    const broken: Capability = { code: 9, name: "unknown", value: Uint8Array.of(0, 0) };
    expect(verdict("peer", [broken])).toMatchObject({ accepted: true, negotiated: { peerRole: null } });
    expect(verdict("peer", [broken], true)).toMatchObject({ accepted: false });
  });

  test("without a role of our own nothing is compared", () => {
    expect(verdict(null, [roleCapability("rs")])).toMatchObject({ accepted: true, negotiated: { peerRole: "rs" } });
    expect(verdict(null, [roleCapability("rs"), roleCapability("peer")])).toMatchObject({ accepted: true });
  });

  test("our OPEN states our role, and nothing when we have none", () => {
    const values = (role: Role | null) => ownOpen(sampleConfig({ role })).capabilities.filter(({ code }) => code === 9);
    expect(roles.map((role) => values(role))).toEqual(
      [0, 1, 2, 3, 4].map((value) => [{ code: 9, name: "role", role: value }]),
    );
    expect(values(null)).toEqual([]);
  });
});
