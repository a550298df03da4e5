import { decodeMessage, defaultCodecContext } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import type { Place } from "../../../src/decode/finding.ts";
import { linesOf } from "../../../src/decode/output/lines.ts";
import { bodyOf, type Shown } from "../../../src/decode/output/object.ts";
import { attributes, keepalive, message, nlri113, octets, open, update } from "../support/build.ts";

const shown = (finding: Shown): string[] => linesOf(finding.place, bodyOf(finding), () => true);

function lines(bytes: Uint8Array, place: Place = {}): string[] {
  const decoded = decodeMessage(bytes, 0, bytes.length, { ...defaultCodecContext, internal: true });
  return shown({ kind: "message", place, message: decoded });
}

describe("a message in words", () => {
  test.each([
    [{ line: 3 }, "line 3  keepalive"],
    [{ offset: 9 }, "offset 9  keepalive"],
    [{ time: "T", peer: "10.0.0.1", peerAs: 65001, offset: 9 }, "T 10.0.0.1 AS65001  keepalive"],
    [{ time: "T", peer: "10.0.0.1", frame: 2 }, "T 10.0.0.1  keepalive"],
    [{ time: "T", peer: "10.0.0.1", sent: true }, "T to 10.0.0.1  keepalive"],
    [{ time: "T", offset: 0 }, "T  keepalive"],
    [{}, "keepalive"],
  ] as const)("begins with where it was found: %j", (place, line) => {
    expect(lines(keepalive, place)).toEqual([line]);
  });

  test("has one line for each route, withdrawals first", () => {
    const list = octets(
      "40010102",
      "4002140202 0000fde9 0000fdea 0102 00000001 00000002",
      "400304c0000201 80040400000005 40050400000064 400600 c007080000fde9c0000209 c00804fde90064",
      "c0200c000000010000000200000003 c06302abcd",
    );
    expect(lines(update({ withdrawn: "10c000", attributes: list, nlri: `${nlri113}00` }))).toEqual([
      "withdraw 192.0.0.0/16",
      ...["203.0.113.0/24", "0.0.0.0/0"].map(
        (prefix) =>
          `announce ${prefix} next-hop 192.0.2.1 origin incomplete path 65001 65002 {1 2} multi-exit-disc 5 local-pref 100 atomic-aggregate aggregator AS65001 192.0.2.9 communities 65001:100 large-communities 1:2:3 unknown [{"code":99,"flags":192,"value":"abcd"}]`,
      ),
    ]);
  });

  test("says what RFC 7606 makes of it, and why", () => {
    expect(lines(update({ attributes: octets("40010109", attributes([1]).subarray(4)), nlri: nlri113 }))).toEqual([
      expect.stringMatching(/^treat-as-withdraw: ORIGIN [a-z-]+ \(RFC 7606 §7\.1\)$/),
      expect.stringMatching(/^treat-as-withdraw 203\.0\.113\.0\/24 next-hop/),
    ]);
    expect(lines(message(6))).toEqual(["session-reset: header-type (RFC 4271 §6.1)", "malformed message, type code 6"]);
  });

  test("names families other than unicast, and both next hops", () => {
    const reach = `800e2d000201 20 20010db8${"00".repeat(11)}01 fe80${"00".repeat(13)}01 00 3020010db80001`;
    const bytes = octets("40010100", "40020602010000fde9", reach.replace("2d", "2c"));
    expect(lines(update({ attributes: bytes }))).toEqual([
      "announce 2001:db8:1::/48 next-hop 2001:db8::1 fe80::1 origin igp path 65001",
    ]);
  });

  test.each([
    [update({}), "end-of-rib ipv4-unicast"],
    [update({ attributes: "800f03000201" }), "end-of-rib ipv6-unicast"],
    [update({ attributes: "40010100" }), "update without routes"],
    [message(5, "00010001"), "route-refresh ipv4-unicast"],
    [message(5, "00010101"), "route-refresh ipv4-unicast subtype 1"],
    [message(3, "0400"), "notification 4/0 Hold Timer Expired"],
    [message(3, "0202fde9"), "notification 2/2 OPEN Message Error / Bad Peer AS data fde9"],
    [
      open(65001, "192.0.2.1", [1, "00010001"], [2, ""], [99, "ab"]),
      "open AS65001 hold 90 id 192.0.2.1 capabilities multiprotocol ipv4-unicast, route-refresh, code 99",
    ],
    [open(65001, "192.0.2.1"), "open AS65001 hold 90 id 192.0.2.1"],
  ])("is %#", (bytes, line) => {
    expect(lines(bytes)).toEqual([line]);
  });

  test("shows what somebody wrote without what would move the cursor", () => {
    const index = { collector: "192.0.2.9", view: "\u001b[2Jbye\u202e\u009b\n", peers: [] };
    expect(shown({ kind: "peer-index", place: {}, index })).toEqual([
      "peer index of 192.0.2.9 view \\u001b[2Jbye\\u202e\\u009b\\u000a, 0 peers",
    ]);
  });

  test("shows paths of a dump, tables of peers and changes of state", () => {
    const decoded = decodeMessage(
      update({ attributes: attributes([65001]), nlri: nlri113 }),
      0,
      47,
      defaultCodecContext,
    );
    const place = { time: "T", peer: "10.0.0.1", peerAs: 1 };
    const route = { sequence: 1, originated: "", prefix: "203.0.113.0/24", pathId: 4, update: decoded };
    expect(shown({ kind: "rib", place, route })).toEqual([
      "T 10.0.0.1 AS1  rib 203.0.113.0/24 path-id 4 next-hop 192.0.2.1 origin igp path 65001",
    ]);
    const index = { collector: "192.0.2.9", view: "", peers: [{ routerId: "", address: "", asn: 1 }] };
    expect(shown({ kind: "peer-index", place: { time: "T" }, index })).toEqual(["T  peer index of 192.0.2.9, 1 peers"]);
    const change = { kind: "state-change", place, oldState: "established", newState: "idle" } as const;
    expect(shown(change)).toEqual(["T 10.0.0.1 AS1  state established -> idle"]);
  });
});
