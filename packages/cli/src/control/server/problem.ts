import type { Finding, Problem, problemCodes } from "../resources/problem.ts";

/** One of `problemCodes`. */
export type ProblemCode = (typeof problemCodes)[number];

const statuses: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  "bad-request": [400, "The request cannot be understood"],
  "bad-value": [422, "A value is not what it must be"],
  unauthorized: [401, "Who asks is not known"],
  forbidden: [403, "This may not be asked for from there"],
  "not-found": [404, "There is no such thing here"],
  "unknown-vip": [404, "There is no such virtual IP"],
  "unknown-peer": [404, "There is no such peer"],
  "method-not-allowed": [405, "This cannot be done with it"],
  "not-acceptable": [406, "The answer has no such form"],
  conflict: [409, "This is not possible now"],
  "too-large": [413, "The request is too long"],
  "unsupported-media-type": [415, "The body has the wrong form"],
  "bad-configuration": [422, "The configuration has problems"],
  "too-many": [503, "Too many ask at once"],
  failed: [500, "It could not be done"],
  stopping: [503, "vipcast is stopping"],
  unavailable: [503, "This is not possible yet"],
};

/** What a refusal may say besides its sentence. */
export interface ProblemDetails {
  readonly instance?: string;
  readonly problems?: readonly Finding[];
}

/** A refusal as it is answered. `detail` is a sentence: what is wrong, then the remedy. */
export function problemOf(code: ProblemCode, detail: string, details: ProblemDetails = {}): Problem {
  const [status, title] = statuses[code];
  return { type: `urn:vipcast:problem:${code}`, title, status, code, detail, ...details };
}
