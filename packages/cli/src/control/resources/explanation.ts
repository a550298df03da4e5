import { z } from "zod";
import { many, shape } from "./shape.ts";

/** What is known of the service behind a VIP. */
export const healthSchema = z.enum(["unknown", "healthy", "degraded", "unhealthy"]);

/** What a VIP is doing. */
export const vipStateSchema = z.enum([
  "announced",
  "draining",
  "drained",
  "bound",
  "waiting",
  "refused",
  "damped",
  "failing",
  "leaving",
  "unknown",
]);

const notification = z.object({
  code: z.number(),
  subcode: z.number(),
  text: z.string(),
  direction: z.enum(["sent", "received"]),
});

const attributesSchema = shape("path attributes of a route of ours", {
  origin: z.enum(["igp", "egp", "incomplete"]),
  prepend: z.number().optional(),
  nextHop: z.string().meta({ description: "self, or an address" }),
  med: z.number().optional(),
  localPref: z.number().optional(),
  communities: many(z.number()).optional(),
  largeCommunities: many(z.string()).optional(),
  extendedCommunities: many(z.string()).optional(),
});

const peerExplanationSchema = shape("one peer's part", {
  peer: z.string(),
  asn: z.number(),
  established: z.boolean(),
  announced: z.boolean(),
  why: z.string(),
  attributes: attributesSchema,
  fingerprint: z.string(),
  lastNotificationSent: notification.optional(),
  lastNotificationReceived: notification.optional(),
});

/** One check, or a group of them. */
export interface CheckView {
  readonly kind: "tcp" | "http" | "exec" | "icmp" | "dns" | "pushed" | "all" | "any";
  readonly health: "unknown" | "healthy" | "degraded" | "unhealthy";
  readonly onFailure: "withdraw" | "degrade";
  readonly name?: string | undefined;
  readonly successes?: number | undefined;
  readonly failures?: number | undefined;
  readonly timing?:
    | {
        readonly intervalMs: number;
        readonly fastIntervalMs: number;
        readonly timeoutMs: number;
        readonly rise: number;
        readonly fall: number;
        readonly graceMs: number;
      }
    | undefined;
  readonly total?: number | undefined;
  readonly totalFailed?: number | undefined;
  readonly last?:
    | {
        readonly ok: boolean;
        readonly detail: string;
        readonly output?: string | undefined;
        readonly agoMs: number;
        readonly tookMs: number;
      }
    | null
    | undefined;
  readonly runningMs?: number | null | undefined;
  readonly nextInMs?: number | undefined;
  readonly of?: readonly CheckView[] | undefined;
}

const checkViewSchema: z.ZodType<CheckView> = z
  .object({
    kind: z.enum(["tcp", "http", "exec", "icmp", "dns", "pushed", "all", "any"]),
    health: healthSchema,
    onFailure: z.enum(["withdraw", "degrade"]),
    name: z.string().optional(),
    successes: z.number().optional().meta({ description: "in a row" }),
    failures: z.number().optional().meta({ description: "in a row" }),
    timing: z
      .object({
        intervalMs: z.number(),
        fastIntervalMs: z.number(),
        timeoutMs: z.number(),
        rise: z.number(),
        fall: z.number(),
        graceMs: z.number(),
      })
      .optional(),
    total: z.number().optional(),
    totalFailed: z.number().optional(),
    last: z
      .object({
        ok: z.boolean(),
        detail: z.string(),
        output: z.string().optional(),
        agoMs: z.number(),
        tookMs: z.number(),
      })
      .nullable()
      .optional(),
    runningMs: z.number().nullable().optional(),
    nextInMs: z.number().optional(),
    of: many(z.lazy(() => checkViewSchema)).optional(),
  })
  .meta({ id: "Check", description: "one check, or a group of them (all, any) with its members in of" });

const verdictSchema = shape("everything that is known of its health", {
  health: healthSchema,
  judged: healthSchema.meta({ description: "before flap damping and the last-node guard" }),
  causes: many(z.string()),
  check: checkViewSchema.nullable(),
  pushed: z
    .object({ health: healthSchema, causes: many(z.string()), expiresInMs: z.number().nullable() })
    .nullable()
    .meta({ description: "the latest pushed verdict" }),
  flaps: z.number(),
  holdDownMs: z.number(),
  siblings: many(z.string()).nullable().optional(),
  maintenance: z.object({ file: z.string(), present: z.boolean() }).nullable(),
});

/** `GET /v1/explain/{vip}`: what `Announcer.explain` says. */
export const explanationSchema = shape("why a virtual IP is or is not announced", {
  vip: z.string(),
  state: vipStateSchema,
  announced: z.boolean().meta({ description: "in our Adj-RIB-Out" }),
  bound: z.boolean(),
  interface: z.string(),
  healthy: z.boolean(),
  health: healthSchema,
  preference: z.number(),
  standbyMs: z.number(),
  weight: z.number().nullable(),
  verdict: verdictSchema.nullable(),
  reasons: many(z.string()).meta({ description: "sentences without a period, the most important first" }),
  refusal: z.object({ vip: z.string(), rule: z.string(), message: z.string() }).nullable(),
  failure: z
    .object({
      step: z.string(),
      code: z.string(),
      message: z.string(),
      attempt: z.number(),
      retryInMs: z.number(),
    })
    .nullable(),
  removals: z.number(),
  holdDownMs: z.number(),
  next: many(z.looseObject({ kind: z.string(), vip: z.string() })).meta({ description: "what is done next" }),
  peers: many(peerExplanationSchema),
});
export type Explanation = z.output<typeof explanationSchema>;
