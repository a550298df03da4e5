import type { z } from "zod";
import { accept } from "../../arguments/problem.ts";
import { field, section } from "../../config/schema/field.ts";
import { duration, flag, oneOf, text } from "../../config/schema/scalars.ts";
import { vipSchema } from "../../config/schema/vip.ts";
import { configViewSchema } from "./config.ts";
import type { SchemaName } from "./endpoints.ts";
import { eventLineSchema, eventListSchema } from "./event.ts";
import { explanationSchema } from "./explanation.ts";
import { peerListSchema, peerViewSchema } from "./peer.ts";
import { problemSchema } from "./problem.ts";
import { reloadOutcomeSchema, reloadPreviewSchema, stoppingSchema } from "./reload.ts";
import { routePageSchema, routeViewSchema } from "./route.ts";
import { statusSchema } from "./status.ts";
import { nodeDrainSchema, vipListSchema, vipViewSchema } from "./vip.ts";

const dayMs = 86_400_000;

/** A virtual IP as in the configuration; `prefix` may be left out, since the path says it. */
const vipInputSchema = section("a virtual IP, as an item of vips in the configuration", {
  ...vipSchema.shape,
  prefix: field({ description: "as in the path, where it is given", examples: ["192.0.2.10/32"] }, accept).optional(),
});

/** Body of `putHealth`. */
const healthInputSchema = section("a verdict on the service behind a virtual IP", {
  state: oneOf({ description: "what it is" }, ["healthy", "degraded", "unhealthy"]),
  ttl: duration(
    { description: "silence after so long counts as unhealthy (default: it holds until the next)" },
    1,
    dayMs,
    10_000,
  ).optional(),
  cause: text({ description: "why, for events and explain", examples: ["the replica is 40 s behind"] }, 500).optional(),
});

/** Body of `reload`. */
const reloadInputSchema = section("how to reload", {
  dryRun: flag({ description: "only say what would change", default: false }).optional(),
  confirm: duration(
    {
      description:
        "roll back when it is not confirmed within so long, or at once when every session is lost or a gateway does not answer any more",
    },
    1000,
    3_600_000,
    60_000,
  ).optional(),
});

/** Body of `stop`. */
const stopInputSchema = section("how to stop", {
  skipDrain: flag({ description: "withdraw at once", default: false }).optional(),
});

/** Every schema by its name in the OpenAPI document. */
export const schemas: Readonly<Record<SchemaName, z.ZodType>> = {
  Status: statusSchema,
  PeerList: peerListSchema,
  PeerView: peerViewSchema,
  VipList: vipListSchema,
  VipView: vipViewSchema,
  VipInput: vipInputSchema,
  HealthInput: healthInputSchema,
  NodeDrain: nodeDrainSchema,
  RoutePage: routePageSchema,
  RouteView: routeViewSchema,
  Explanation: explanationSchema,
  EventList: eventListSchema,
  EventLine: eventLineSchema,
  ReloadInput: reloadInputSchema,
  ReloadPreview: reloadPreviewSchema,
  ReloadOutcome: reloadOutcomeSchema,
  StopInput: stopInputSchema,
  Stopping: stoppingSchema,
  ConfigView: configViewSchema,
  Problem: problemSchema,
};
