import { z } from "zod";
import { many, shape } from "./shape.ts";

/** One thing that is wrong with what was written, in a file or in a request. */
export const findingSchema = shape("one thing that is wrong with what was written", {
  path: z.string().meta({ description: "the field, as vips[0].prefix; empty for the whole" }),
  value: z.string().nullable().meta({ description: "as written; null where there is none, and for secrets" }),
  rule: z.string().meta({ description: "the rule it breaks, as the middle of a sentence" }),
  remedy: z.string().meta({ description: "what to write instead, as an order" }),
  sentence: z.string().meta({ description: "all of it as a person reads it" }),
  file: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
});
/** What the client prints line by line: `sentence`. */
export type Finding = z.output<typeof findingSchema>;

/** Every `code` of a {@link Problem} there is. */
export const problemCodes = [
  "bad-request",
  "bad-value",
  "unauthorized",
  "forbidden",
  "not-found",
  "unknown-vip",
  "unknown-peer",
  "method-not-allowed",
  "not-acceptable",
  "conflict",
  "too-large",
  "unsupported-media-type",
  "bad-configuration",
  "too-many",
  "failed",
  "stopping",
  "unavailable",
] as const;

/** An answer that is no success (RFC 9457, `application/problem+json`). */
export const problemSchema = shape("why a request was refused or failed (RFC 9457)", {
  type: z.string().meta({ description: "urn:vipcast:problem:CODE" }),
  title: z.string(),
  status: z.number().meta({ description: "the HTTP status" }),
  code: z.enum(problemCodes).meta({ description: "stable, for programs" }),
  detail: z.string().meta({ description: "what is wrong and what to do, as a sentence with a period" }),
  instance: z.string().optional().meta({ description: "the path that was asked for" }),
  problems: many(findingSchema).optional().meta({ description: "one by one, where there are several" }),
});
export type Problem = z.output<typeof problemSchema>;
