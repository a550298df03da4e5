import { z } from "zod";
import { findingSchema } from "./problem.ts";
import { count, many, shape, time } from "./shape.ts";

/** A reload that is rolled back when nobody confirms it. */
const pendingConfirmSchema = shape("a reload that is rolled back unless it is confirmed", {
  until: time,
  remainingMs: z.number(),
});

/** The last roll-back there was. */
const rollbackSchema = shape("a reload that was rolled back", {
  at: time,
  reason: z.string().meta({ description: "a sentence without a period" }),
});

/** How what runs stands to the files. */
export const configStateSchema = shape("how what runs stands to the configuration files", {
  file: z.string(),
  files: many(z.string()).meta({ description: "every file that was read, conf.d included" }),
  loadedAt: time.meta({ description: "when what runs was read" }),
  stale: z.boolean().meta({ description: "the files have problems, or say something that does not run" }),
  staleSince: time.nullable(),
  staleReason: z.string().nullable().meta({ description: "a sentence without a period" }),
  problems: many(findingSchema).meta({ description: "of the files, when they were last read" }),
  needsRestart: many(z.string()).meta({ description: "what the files say and only a restart can do, as sentences" }),
  confirm: pendingConfirmSchema.nullable(),
  lastRollback: rollbackSchema.nullable(),
});
export type ConfigState = z.output<typeof configStateSchema>;

/** `GET /v1/status`. */
export const statusSchema = shape("the daemon at one moment", {
  version: z.string(),
  instance: z.string(),
  pid: z.number(),
  startedAt: time,
  uptimeMs: z.number(),
  asn: z.number(),
  routerId: z.string(),
  stateDir: z.string(),
  state: z.enum(["starting", "running", "stopping"]),
  drained: z.boolean().meta({ description: "the whole node is drained" }),
  healthy: z.boolean().meta({ description: "nothing is wrong: problems is empty" }),
  problems: many(z.string()).meta({ description: "what is wrong now, as sentences with a period, the worst first" }),
  config: configStateSchema,
  peers: shape("how many sessions there are", {
    configured: count,
    established: count,
    down: many(z.string()).meta({ description: "addresses of those that are not Established, the first 100" }),
  }),
  vips: shape("how many virtual IPs there are", {
    configured: count,
    announced: count.meta({ description: "in our Adj-RIB-Out, whether or not a session is up" }),
    sent: count.meta({ description: "of these, sent to at least one peer on its present session" }),
    unhealthy: count,
    drained: count.meta({ description: "draining or drained" }),
    refused: count,
    states: z.record(z.string(), z.number()).meta({ description: "how many in each state of VipView.state" }),
  }),
  events: shape("what is kept of the past", {
    kept: count,
    oldest: time.nullable(),
    lastId: z.string().nullable(),
  }),
});
export type Status = z.output<typeof statusSchema>;
