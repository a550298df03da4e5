import { SpeakerError } from "../errors.ts";

/** Throws `ERR_SPEAKER_OPTION` unless `value` is a whole number in the range. */
export function checkInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value))
    refuseOption(`${name} is ${inWords(value)}; it must be a whole number of ${low}..${high}`);
  checkNumber(name, value, low, high);
}

/** Throws `ERR_SPEAKER_OPTION` unless `value` is in the range. */
export function checkNumber(name: string, value: number, low: number, high: number): void {
  if (typeof value !== "number") refuseOption(`${name} is ${inWords(value)}; it must be a number of ${low}..${high}`);
  if (!(value >= low && value <= high)) refuseOption(`${name} is ${value}; it must be ${low}..${high}`);
}

/** A value that may be anything, as a caller without types can give it. */
export function inWords(value: unknown): string {
  if (typeof value === "string") return `the text "${value}"`;
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

export function refuseOption(message: string): never {
  throw new SpeakerError("ERR_SPEAKER_OPTION", message);
}
