import type { Finding, FormatReader } from "../../../src/decode/finding.ts";
import type { JsonObject } from "../../../src/decode/output/json.ts";
import { bodyOf, jsonLine, type Shown } from "../../../src/decode/output/object.ts";

/** What a reader made of an input: objects as `--json` prints them, and the sentences on standard error. */
export interface Reading {
  readonly objects: readonly JsonObject[];
  readonly notes: readonly string[];
  readonly failed: boolean;
}

/** The object of a finding as `--json` prints it. */
function toObject(finding: Shown): JsonObject {
  return JSON.parse(jsonLine(finding.place, bodyOf(finding))) as JsonObject;
}

/** Reads the whole input, cut at these places. */
export function read(reader: FormatReader, input: Uint8Array, cuts: readonly number[] = []): Reading {
  const objects: JsonObject[] = [];
  const notes: string[] = [];
  let failed = false;
  const take = (findings: Iterable<Finding>): void => {
    for (const finding of findings) {
      if (finding.kind !== "note") {
        objects.push(toObject(finding));
      } else {
        notes.push(finding.sentence);
        failed ||= finding.fault;
      }
    }
  };
  let from = 0;
  for (const to of [...cuts.toSorted((a, b) => a - b), input.length]) {
    // A copy of its own, spoilt afterwards: whatever was borrowed beyond its time shows.
    const chunk = input.slice(from, Math.min(to, input.length));
    if (chunk.length > 0) take(reader.push(chunk));
    chunk.fill(0xaa);
    from = Math.max(from, Math.min(to, input.length));
  }
  take(reader.end());
  return { objects, notes, failed };
}

/** The types of the objects, in order. */
export function types({ objects }: Reading): unknown[] {
  return objects.map(({ type }) => type);
}
