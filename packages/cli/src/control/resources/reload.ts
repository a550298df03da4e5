import { z } from "zod";
import { many, shape, time } from "./shape.ts";

/** One thing that a reload does. */
const reloadChangeSchema = shape("one thing that a reload does", {
  kind: z.string().meta({ description: "peer-add, peer-remove, peer-replace, peer-key, vip-add, vip-change, …" }),
  subject: z.string().meta({ description: "the peer, virtual IP or address that it is about; empty for the node" }),
  cost: z.enum(["none", "routes", "session"]).meta({
    description: "what it does to traffic: nothing, routes are sent or withdrawn, a session ends and begins anew",
  }),
  fields: many(z.string()).optional(),
  sentence: z.string().meta({ description: "what is changed and what that costs, without a period" }),
});

/** `POST /v1/reload`, and what it would do with `dryRun`. A configuration with problems is a {@link Problem} instead. */
export const reloadPreviewSchema = shape("what a reload does, did or would do", {
  dryRun: z.boolean(),
  applied: z.boolean(),
  changes: many(reloadChangeSchema),
  needsRestart: many(z.string()).meta({ description: "what only a restart can change, as sentences without a period" }),
  warnings: many(z.string()),
  failures: many(z.string()).meta({ description: "what could not be done; the rest was" }),
  confirm: z
    .object({ until: time, remainingMs: z.number() })
    .nullable()
    .meta({ description: "rolled back then unless it is confirmed" }),
});
export type ReloadPreview = z.output<typeof reloadPreviewSchema>;

/** `POST /v1/reload/confirm` and `POST /v1/reload/rollback`. */
export const reloadOutcomeSchema = shape("how a reload to be confirmed ended", {
  outcome: z.enum(["confirmed", "rolled-back"]),
});
export type ReloadOutcome = z.output<typeof reloadOutcomeSchema>;

/** Body of `POST /v1/reload`; `confirm` as in the configuration, `60s` or seconds. */
export interface ReloadInput {
  readonly dryRun?: boolean;
  readonly confirm?: string | number;
}

/** `POST /v1/stop` and `POST /v1/restart`: the daemon ends after this answer; its end is the end of the socket. */
export const stoppingSchema = shape("the daemon is about to end", {
  state: z.literal("stopping"),
  pid: z.number(),
  stopTimeoutMs: z.number().meta({ description: "the longest time it may take" }),
});
export type Stopping = z.output<typeof stoppingSchema>;
