import { toHex } from "../../../src/bytes/hex.ts";
import { Writer } from "../../../src/bytes/writer.ts";
import type { Capability } from "../../../src/codec/capabilities/spec.ts";
import { capabilitySpec } from "../../../src/codec/capabilities/table.ts";
import { afiOf, type Family, safiOf } from "../../../src/iana/afi-safi.ts";
import { firstOf, type Tree, valuesOf } from "./dissect.ts";

export interface CapabilityReading {
  readonly theirs: (capability: Tree) => unknown;
  readonly ours: (capability: Capability) => unknown;
}

/** A reading of ours that is asked for capabilities with this name only. */
function own<N extends Capability["name"]>(
  name: N,
  read: (capability: Extract<Capability, { readonly name: N }>) => unknown,
): (capability: Capability) => unknown {
  return (capability) =>
    capability.name === name ? read(capability as Extract<Capability, { readonly name: N }>) : undefined;
}

const numbers = (tree: Tree, field: string): number[] => valuesOf(tree, `bgp.cap.${field}`).map(Number);

/** One row for each entry of the lists, as `[first of each, second of each, …]`. */
const rows = (...lists: readonly (readonly number[])[]): number[][] =>
  (lists[0] ?? []).map((_, i) => lists.map((list) => list[i] ?? -1));

const pair = (family: Family): number[] => [afiOf(family), safiOf(family)];

const nothing = (name: Capability["name"]): CapabilityReading => ({
  theirs: (capability) => numbers(capability, "length"),
  ours: (capability) => (capability.name === name ? [0] : undefined),
});

/** tshark 4.0 does not take it apart: its octets against those that our value is written as. */
const untouched = (name: Capability["name"]): CapabilityReading => ({
  theirs: (capability) => firstOf(capability, "bgp.cap.unknown")?.replaceAll(":", ""),
  ours: (capability) => {
    const w = new Writer();
    if (capability.name === name) capabilitySpec(capability.code)?.encode(w, capability);
    return toHex(w.slice());
  },
});

/** How tshark reads each capability, and the same of ours. */
export const capabilityReadings: ReadonlyMap<number, CapabilityReading> = new Map<number, CapabilityReading>([
  [
    1,
    {
      theirs: (tree) => [...numbers(tree, "mp.afi"), ...numbers(tree, "mp.safi")],
      ours: own("multiprotocol", ({ family }) => pair(family)),
    },
  ],
  [2, nothing("route-refresh")],
  [
    5,
    {
      theirs: (tree) => rows(numbers(tree, "enh.afi"), numbers(tree, "enh.safi"), numbers(tree, "enh.nhafi")),
      ours: own("extended-next-hop", ({ entries }) =>
        entries.map(({ family, nextHopAfi }) => [...pair(family), nextHopAfi]),
      ),
    },
  ],
  [6, nothing("extended-message")],
  [
    64,
    {
      theirs: (tree) => ({
        flags: [firstOf(tree, "bgp.cap.gr.timers.restart_flag"), firstOf(tree, "bgp.cap.gr.timers.notification_flag")],
        time: numbers(tree, "gr.timers.restart_time"),
        families: rows(numbers(tree, "gr.afi"), numbers(tree, "gr.safi"), numbers(tree, "gr.flag.pfs")),
      }),
      ours: own("graceful-restart", ({ restarted, notification, restartTime, families }) => ({
        flags: [restarted ? "1" : "0", notification ? "1" : "0"],
        time: [restartTime],
        families: families.map(({ family, forwarding }) => [...pair(family), forwarding ? 1 : 0]),
      })),
    },
  ],
  [65, { theirs: (tree) => numbers(tree, "4as"), ours: own("four-octet-as", ({ asn }) => [asn]) }],
  [
    69,
    {
      theirs: (tree) => rows(numbers(tree, "ap.afi"), numbers(tree, "ap.safi"), numbers(tree, "ap.sendreceive")),
      // RFC 7911 §4: 1 is to receive, 2 to send, 3 both.
      ours: own("add-path", ({ families }) =>
        families.map(({ family, receive, send }) => [...pair(family), (receive ? 1 : 0) + (send ? 2 : 0)]),
      ),
    },
  ],
  [70, nothing("enhanced-route-refresh")],
  [8, untouched("multiple-labels")],
  [9, untouched("role")],
  [71, untouched("long-lived-graceful-restart")],
  [
    73,
    {
      theirs: (tree) => [
        firstOf(tree, "bgp.cap.orf.fqdn.hostname") ?? "",
        firstOf(tree, "bgp.cap.orf.fqdn.domain_name") ?? "",
      ],
      ours: own("fqdn", ({ hostName, domainName }) => [hostName, domainName]),
    },
  ],
  [75, untouched("software-version")],
]);
