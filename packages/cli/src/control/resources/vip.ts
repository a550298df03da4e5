import { z } from "zod";
import { healthSchema, vipStateSchema } from "./explanation.ts";
import { count, many, shape } from "./shape.ts";

/** One virtual IP in short; `explain` says everything. */
export const vipViewSchema = shape("a virtual IP in short", {
  vip: z.string().meta({ description: "normal form with length" }),
  state: vipStateSchema,
  announced: z.boolean().meta({ description: "in our Adj-RIB-Out; who has been sent it stands in peers" }),
  bound: z.boolean(),
  interface: z.string(),
  healthy: z.boolean(),
  health: healthSchema,
  preference: z.number().meta({ description: "0..10, higher is better" }),
  standbyMs: z.number(),
  weight: z.number().nullable().meta({ description: "bits per second" }),
  holdDownMs: z.number().meta({ description: "what is left of a hold-down, milliseconds" }),
  origin: z.enum(["file", "api", "none"]).meta({ description: "who declares it; none: it is on its way out" }),
  persisted: z.boolean().meta({ description: "declared over the API, and kept over restarts" }),
  reason: z.string().meta({ description: "the most important reason for its state, a sentence without a period" }),
  peers: many(
    z.object({
      peer: z.string(),
      announced: z.boolean().meta({ description: "sent on the present session" }),
      fingerprint: z.string().meta({ description: "equal on two nodes: their routes compare equal" }),
    }),
  ),
});
export type VipView = z.output<typeof vipViewSchema>;

/** `GET /v1/vips`. */
export const vipListSchema = shape("every virtual IP, ascending", { vips: many(vipViewSchema) });
export type VipList = z.output<typeof vipListSchema>;

/** Answers of drain and undrain of the node. */
export const nodeDrainSchema = shape("the node after a drain was asked for or ended", {
  drained: z.boolean(),
  complete: z.boolean().meta({ description: "every drain has come to its end; false when it was not waited for" }),
  vips: count.meta({ description: "virtual IPs concerned" }),
});
export type NodeDrain = z.output<typeof nodeDrainSchema>;

/** Body of `PUT /v1/vips/{prefix}/health`; `ttl` as in the configuration, `10s` or seconds. */
export interface HealthInput {
  readonly state: "healthy" | "degraded" | "unhealthy";
  readonly ttl?: string | number;
  readonly cause?: string;
}
