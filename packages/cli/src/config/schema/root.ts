import type { z } from "zod";
import { parseNodeCommunity } from "../../announce/ecmp.ts";
import { parseInstance } from "../../values/instance.ts";
import { parseListen } from "../../values/listen.ts";
import { logLevels } from "../../values/log-level.ts";
import { parseAsn } from "../../values/numbers.ts";
import { parseRouterId } from "../../values/router-id.ts";
import { controlSchema } from "./control.ts";
import { field, list, section } from "./field.ts";
import { metricsSchema } from "./metrics.ts";
import { peerSchema } from "./peer.ts";
import { duration, oneOf, path, text } from "./scalars.ts";
import { timersSchema } from "./timers.ts";
import { vipSchema } from "./vip.ts";

const dayMs = 86_400_000;

/** A configuration file. This one schema validates, and says what `docs/config.md` and the JSON Schema for editors say. */
export const configSchema = section("the configuration of vipcast run", {
  asn: field(
    { description: "our AS number, asplain or asdot", type: ["integer", "string"], examples: [65001] },
    (value) => parseAsn(value, "asn: 65001"),
  ),
  routerId: field(
    {
      description:
        "BGP identifier as dotted decimal, or auto: the lowest IPv4 address of the host that is no virtual IP",
      default: "auto",
      examples: ["10.0.0.1"],
    },
    (value) => parseRouterId(value, "routerId: 10.0.0.1, or leave it out"),
  ).optional(),
  timers: timersSchema.optional(),
  listen: list(
    "also accept sessions from the peers on these addresses (default port: 179)",
    field({ description: "ADDR, ADDR:PORT or [ADDR]:PORT", examples: ["0.0.0.0"] }, (value) =>
      parseListen(value, '0.0.0.0, 10.0.0.1:1179 or "[::]:179"'),
    ),
  ).optional(),
  peers: list("the BGP peers", peerSchema),
  vips: list("the virtual IPs", vipSchema).optional(),
  stateDir: path({
    description: "where what is ours is remembered (default: /var/lib/vipcast, without root $XDG_STATE_HOME/vipcast)",
    examples: ["/var/lib/vipcast"],
  }).optional(),
  instance: field(
    {
      description:
        "one of several vipcasts on this host, with a mark, ledger, lock, drains and router id of its own in the folder (default: one per stateDir)",
      examples: ["blue"],
    },
    (value) => parseInstance(value, "instance: blue"),
  ).optional(),
  drain: duration(
    { description: "how long a drain announces the worst preference before the withdrawal", default: "0s" },
    0,
    dayMs,
    10_000,
  ).optional(),
  drainIdle: duration(
    {
      description:
        "end a drain early when no packet for the virtual IP has arrived for so long; needs CAP_NET_RAW (default: never)",
    },
    100,
    dayMs,
    1_000,
  ).optional(),
  stopTimeout: duration(
    { description: "longest time a stop may take; the withdrawal is sent before it", default: "drain + 10s" },
    1000,
    2 * dayMs,
    20_000,
  ).optional(),
  nodeCommunity: field(
    {
      description:
        "the large community that tells this node's routes from its siblings': auto, none, or one of your own",
      default: "auto",
      examples: ["65001:1:7"],
    },
    (value) => parseNodeCommunity(value, "nodeCommunity: 65001:1:7"),
  ).optional(),
  metrics: metricsSchema.optional(),
  control: controlSchema.optional(),
  logLevel: oneOf({ description: "what is logged", default: "info" }, logLevels).optional(),
  description: text({ description: "for people; not used" }).optional(),
});

/** A configuration as written. */
export type ConfigInput = z.output<typeof configSchema>;
