import fc from "fast-check";
import { expect, test } from "vitest";
import { survivingInitiator } from "../../src/fsm/collision.ts";

test("the connection of the higher BGP Identifier lives (RFC 4271 §6.8)", () => {
  const low = { routerId: 0x0a000001, asn: 65535 };
  const high = { routerId: 0x0a000002, asn: 1 };
  expect(survivingInitiator(high, low)).toBe("local");
  expect(survivingInitiator(low, high)).toBe("remote");
});

test("identifiers are compared as unsigned integers", () => {
  expect(survivingInitiator({ routerId: 0xc0000201, asn: 1 }, { routerId: 0x0a000001, asn: 1 })).toBe("local");
});

test("with equal identifiers the higher AS decides (RFC 6286 §2.3)", () => {
  expect(survivingInitiator({ routerId: 7, asn: 65001 }, { routerId: 7, asn: 65000 })).toBe("local");
  expect(survivingInitiator({ routerId: 7, asn: 65000 }, { routerId: 7, asn: 4_200_000_000 })).toBe("remote");
});

test("both ends agree on which connection lives", () => {
  const identity = fc.record({ routerId: fc.nat(5), asn: fc.nat(5) });
  fc.assert(
    fc.property(identity, identity, (a, b) => {
      fc.pre(a.routerId !== b.routerId || a.asn !== b.asn);
      expect(survivingInitiator(a, b)).not.toBe(survivingInitiator(b, a));
    }),
  );
});
