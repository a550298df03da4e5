import { BEST_PREFERENCE, STANDBY_PREFERENCE } from "@vipcast/announcer";
import { z } from "zod";
import { parseMaintenance } from "../../announce/checks.ts";
import { parseSource, parseWeight } from "../../announce/ecmp.ts";
import { accept } from "../../arguments/problem.ts";
import { checkSchema } from "./check.ts";
import { field, list, section } from "./field.ts";
import { duration, flag, integer, oneOf, text } from "./scalars.ts";

const u32 = 4294967295;
const dayMs = 86_400_000;

/** One item of `vips`. What its values may be is the announcer's affair, which knows the rules; here only their form is checked. */
export const vipSchema = section("a virtual IP", {
  prefix: field(
    { description: "192.0.2.10/32 or 2001:db8::10/128; a bare address is a host route", examples: ["192.0.2.10/32"] },
    accept,
  ),
  interface: text({ description: "where it is bound", default: "lo" }, 15).optional(),
  bind: flag({
    description: "false: announce it without binding; something else answers for it",
    default: true,
  }).optional(),
  adopt: flag({
    description: "accept an address that is bound already; it is never removed",
    default: false,
  }).optional(),
  allowOnLink: flag({ description: "accept an address inside a connected subnet", default: false }).optional(),
  allowAggregates: flag({
    description: "accept a prefix shorter than /32 or /128; it is bound as a local route",
    default: false,
  }).optional(),
  nextHop: text({ description: "next hop of its routes: self, or an address", default: "self" }).optional(),
  med: integer({ description: "MULTI_EXIT_DISC (default: none)" }, 0, u32, "MULTI_EXIT_DISC", 100).optional(),
  localPref: integer(
    { description: "LOCAL_PREF for peers of our own AS", default: 100 },
    0,
    u32,
    "LOCAL_PREF",
    200,
  ).optional(),
  prepend: integer(
    { description: "put our AS so many more times into the path", default: 0 },
    0,
    16,
    "the number of additional AS numbers",
    2,
  ).optional(),
  communities: list(
    "communities of its routes",
    text({ description: "65000:100, or a name such as no-export", examples: ["65000:100"] }),
  ).optional(),
  largeCommunities: list(
    "large communities of its routes",
    text({ description: "65000:1:2", examples: ["65000:1:2"] }),
  ).optional(),
  ecmp: z
    .union([
      oneOf({ description: "all-active: equal to the other nodes" }, ["all-active"]),
      section("a node that is not equal to the others", {
        role: oneOf(
          {
            description: "standby: announced with the worst preference, takes over when no better node is left",
            default: "active",
          },
          ["active", "standby"],
        ).optional(),
        preference: integer(
          {
            description: "instead of role: higher is better; routers use the nodes with the highest",
            default: BEST_PREFERENCE,
          },
          STANDBY_PREFERENCE,
          BEST_PREFERENCE,
          "the preference",
          5,
        ).optional(),
        failback: duration(
          { description: "when it becomes able to serve, announce it as standby for so long first", default: "0s" },
          0,
          dayMs,
          60_000,
        ).optional(),
      }),
    ])
    .meta({ description: "how the node stands to the others that announce it (default: all-active)" })
    .optional(),
  weight: field(
    {
      description:
        "share of the traffic in bits per second, for routers that weigh paths; all nodes or none (default: no weight)",
      examples: ["10G"],
    },
    (value) => parseWeight(value, "weight: 10G"),
  ).optional(),
  weightFrom: field(
    {
      description:
        "what gives its weight at run time: file:PATH, exec:CMD or a URL, as --weight-from (docs/ecmp.md); weight stands beside it and holds while there is no answer",
      examples: ["file:/run/vipcast/weight"],
    },
    (value) => parseSource(value, "weightFrom: file:/run/vipcast/weight"),
  ).optional(),
  weightInterval: duration(
    { description: "how often weightFrom is asked", default: "10s" },
    1000,
    dayMs,
    10_000,
  ).optional(),
  drain: duration(
    { description: "before withdrawing, announce with the worst preference for so long (default: that of the file)" },
    0,
    dayMs,
    10_000,
  ).optional(),
  check: checkSchema
    .meta({ description: "what must be healthy for it to be announced (default: nothing, it counts as healthy)" })
    .optional(),
  whenUnhealthy: oneOf({ description: "whether an unhealthy address stays on its interface", default: "keep-bound" }, [
    "keep-bound",
    "unbind",
  ]).optional(),
  lastNodeGuard: flag({
    description:
      "withdraw an unhealthy one only while another node is seen to announce it; until then, and where that cannot be known, it has the worst preference",
    default: false,
  }).optional(),
  maintenanceFile: field(
    { description: "it is drained while this file exists", examples: ["/run/vipcast/maintenance"] },
    (value) => parseMaintenance(value, "maintenanceFile: /run/vipcast/maintenance"),
  ).optional(),
});

/** A virtual IP as written. */
export type VipEntryInput = z.output<typeof vipSchema>;
