import { describe, expect, test } from "vitest";
import type { PeerOptions } from "../../src/index.ts";
import { until } from "../support.ts";
import {
  capabilities,
  capability,
  host,
  keepalive,
  marker,
  message,
  notification,
  open,
  update,
  wellKnown,
} from "./octets.ts";
import { cuts, scriptedPeer } from "./scripted-peer.ts";

/** What a peer says, after what else it has said, and the one NOTIFICATION that must answer it. */
interface Fault {
  readonly name: string;
  /** Said before, without fault. */
  readonly before?: string;
  readonly says: string;
  readonly answer: string;
  readonly options?: Partial<PeerOptions>;
}

const openConfirm = open();
const established = open() + keepalive;
const internal = { asn: 65001 } as const;
const brokenMarker = `${"ff".repeat(7)}fe${"ff".repeat(8)}001304`;
const ipv4And = (...more: readonly string[]): string => capabilities(capability.ipv4, ...more);

/** RFC 4271 §6.1 */
const header: readonly Fault[] = [
  { name: "a bad marker", says: brokenMarker, answer: notification(1, 1) },
  { name: "a bad marker in Established", before: established, says: brokenMarker, answer: notification(1, 1) },
  { name: "a length of 18", says: message(4, "", 18), answer: notification(1, 2, "0012") },
  { name: "a length of 0", says: message(4, "", 0), answer: notification(1, 2, "0000") },
  { name: "a length of 4097", says: message(2, "", 4097), answer: notification(1, 2, "1001") },
  {
    name: "a length of 4097 where extended messages were not agreed on",
    before: established,
    says: message(2, "", 4097),
    answer: notification(1, 2, "1001"),
  },
  { name: "an OPEN of 28 octets", says: message(1, "04fde8005a0a0000" + "02"), answer: notification(1, 2, "001c") },
  { name: "a KEEPALIVE of 20 octets", before: openConfirm, says: message(4, "00"), answer: notification(1, 2, "0014") },
  {
    name: "an UPDATE of 22 octets",
    before: established,
    says: message(2, "000000"),
    answer: notification(1, 2, "0016"),
  },
  { name: "type 0", says: message(0), answer: notification(1, 3, "00") },
  { name: "type 255", before: established, says: message(255), answer: notification(1, 3, "ff") },
];

/** RFC 4271 §6.2, RFC 5492 §5, RFC 6286 §2.2, RFC 7607 §2 */
const opens: readonly Fault[] = [
  { name: "version 3", says: open({ version: 3 }), answer: notification(2, 1, "0004") },
  { name: "version 5", says: open({ version: 5 }), answer: notification(2, 1, "0004") },
  {
    name: "a wrong AS of two octets",
    says: open({ asn: 65009, parameters: ipv4And() }),
    answer: notification(2, 2),
  },
  {
    name: "a wrong AS of four octets",
    says: open({ asn: 23456, parameters: ipv4And(capability.fourOctetAs(4200000000)) }),
    answer: notification(2, 2),
  },
  {
    name: "the AS of an internal peer from an external one",
    says: open({ asn: 65001 }),
    answer: notification(2, 2),
    options: { asn: "external" },
  },
  { name: "another AS from an internal peer", says: open(), answer: notification(2, 2), options: { asn: "internal" } },
  { name: "AS 0", says: open({ asn: 0, parameters: ipv4And() }), answer: notification(2, 2) },
  {
    name: "AS 0 in the capability",
    says: open({ parameters: ipv4And(capability.fourOctetAs(0)) }),
    answer: notification(2, 2),
  },
  { name: "router id 0", says: open({ routerId: "00000000" }), answer: notification(2, 3) },
  {
    name: "our own router id, on iBGP",
    says: open({ asn: 65001, routerId: "0a000001" }),
    answer: notification(2, 3),
    options: internal,
  },
  { name: "a hold time of 1", says: open({ holdTime: 1 }), answer: notification(2, 6) },
  { name: "a hold time of 2", says: open({ holdTime: 2 }), answer: notification(2, 6) },
  { name: "optional parameter type 1", says: open({ parameters: "010100" }), answer: notification(2, 4) },
  {
    name: "optional parameters that overrun the message",
    says: message(1, "04fde8005a0a00000205" + "0200"),
    answer: notification(2, 0),
  },
  {
    name: "an optional parameter that overruns the others",
    says: open({ parameters: "020901040001" }),
    answer: notification(2, 0),
  },
  {
    name: "a capability that overruns its parameter",
    says: open({ parameters: "0203410400" }),
    answer: notification(2, 0),
  },
  {
    name: "no common family",
    says: open({ parameters: capabilities(capability.ipv6, capability.fourOctetAs(65000)) }),
    answer: notification(2, 7, capability.ipv4),
    options: { families: ["ipv4-unicast"] },
  },
  {
    name: "no family at all, which means IPv4, where we want IPv6",
    says: open({ parameters: capabilities(capability.fourOctetAs(65000)) }),
    answer: notification(2, 7, capability.ipv6),
    options: { families: ["ipv6-unicast"] },
  },
];

/** RFC 4271 §6.6, RFC 6608 §3 */
const states: readonly Fault[] = [
  { name: "a KEEPALIVE before the OPEN", says: keepalive, answer: notification(5, 1, "04") },
  { name: "an UPDATE before the OPEN", says: update(), answer: notification(5, 1, "02") },
  { name: "a ROUTE-REFRESH before the OPEN", says: message(5, "00010001"), answer: notification(5, 1, "05") },
  { name: "an UPDATE in OpenConfirm", before: openConfirm, says: update(), answer: notification(5, 2, "02") },
  { name: "an OPEN in OpenConfirm", before: openConfirm, says: open(), answer: notification(5, 2, "01") },
  { name: "an OPEN in Established", before: established, says: open(), answer: notification(5, 3, "01") },
];

const limited = { families: ["ipv4-unicast"], maxPrefixes: 2 } as const;
const threeRoutes = update({ attributes: wellKnown, nlri: host(1) + host(2) + host(3) });

/** RFC 4271 §6.7, RFC 4486 §4: AFI, SAFI and the limit are the data. */
const ceases: readonly Fault[] = [
  {
    name: "one prefix more than the limit",
    before: established,
    says: threeRoutes,
    answer: notification(6, 1, "00010100000002"),
    options: limited,
  },
  {
    name: "a role that does not fit",
    says: open({ parameters: capabilities(capability.ipv4, capability.fourOctetAs(65000), "090100") }),
    answer: notification(2, 11),
    options: { role: "provider" },
  },
];

describe.each(cuts)("%s", (cut) => {
  test.each([...header, ...opens, ...states, ...ceases])(
    "$name gets exactly its NOTIFICATION, and the connection ends",
    async (fault) => {
      const scripted = await scriptedPeer(fault.options);
      if (cut === "all in one segment") await scripted.say((fault.before ?? "") + fault.says, cut);
      else {
        await scripted.say(fault.before ?? "", cut);
        await scripted.say(fault.says, cut);
      }
      await until(() => scripted.ended(), "the speaker closes the connection");
      const heard = scripted.heard();
      expect(heard.at(-1)).toBe(fault.answer);
      expect(heard.filter((octets) => octets.startsWith("03", 36))).toHaveLength(1);
      // What it said before was no fault.
      expect(heard[0]?.startsWith(`${marker}`)).toBe(true);
      expect(heard.slice(1, -1)).toEqual(
        heard.slice(1, -1).filter((octets) => octets === keepalive || octets.startsWith("02", 36)),
      );
      const { lastNotificationSent, lastDown } = scripted.peer.snapshot();
      expect(lastNotificationSent).toMatchObject({ code: Number.parseInt(fault.answer.slice(38, 40), 16) });
      expect(lastDown?.reason).toBe(fault.options === limited ? "max-prefixes" : "notification-sent");
    },
  );

  test.each([
    ["of one octet", message(3, "06")],
    ["without code", message(3)],
  ])("a malformed NOTIFICATION %s gets no answer (RFC 4271 §6.4), and the connection ends", async (_how, says) => {
    for (const before of ["", openConfirm, established]) {
      const scripted = await scriptedPeer();
      await scripted.say(before + says, cut);
      await until(() => scripted.ended(), "the speaker closes the connection");
      expect(scripted.heard().filter((octets) => octets.startsWith("03", 36))).toEqual([]);
      expect(scripted.peer.snapshot().lastDown?.reason).toBe("notification-received");
    }
  });
});
