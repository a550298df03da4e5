import fc from "fast-check";
import { expect } from "vitest";
import type { FormatReader } from "../../../src/decode/finding.ts";
import { read } from "./read.ts";

/** However the input is cut into chunks, the findings are the same. */
export function expectAnyChunking(make: () => FormatReader, input: Uint8Array, runs = 60): void {
  const whole = read(make(), input);
  expect(read(make(), input, [...input.keys()])).toEqual(whole);
  const cuts = fc.array(fc.integer({ min: 0, max: input.length }), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, (at) => {
      expect(read(make(), input, at)).toEqual(whole);
    }),
    { numRuns: runs },
  );
}

/** Cut off after any octet (or after every `step` octets of a long input), the findings are a beginning of those of the whole, and nothing is thrown. */
export function expectAnyTruncation(make: () => FormatReader, input: Uint8Array, step = 1): void {
  const whole = JSON.stringify(read(make(), input).objects).slice(0, -1);
  for (let length = 0; length < input.length; length += step) {
    const { objects } = read(make(), input.subarray(0, length));
    expect(whole.startsWith(JSON.stringify(objects).slice(0, -1)), `cut off after ${length} octets`).toBe(true);
  }
}

/** Nothing is thrown on octets that mean nothing, alone or behind `head`, nor on an input with octets changed. */
export function expectNoThrow(make: () => FormatReader, input: Uint8Array, headLength: number): void {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, behind) => {
      const head = behind ? input.subarray(0, headLength) : new Uint8Array(0);
      read(make(), Uint8Array.from([...head, ...noise]));
    }),
    { numRuns: 300 },
  );
  const change = fc.tuple(fc.integer({ min: 0, max: Math.max(0, input.length - 1) }), octet);
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const changed = input.slice();
      for (const [at, value] of changes) changed[at] = value;
      read(make(), changed);
    }),
    { numRuns: 300 },
  );
}
