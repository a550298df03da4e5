import { SpeakerError } from "../errors.ts";

/** Throws `ERR_SPEAKER_OPTION` unless `value` is a whole number in the range. */
export function checkInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value)) refuseOption(`${name} is ${value}; it must be a whole number of ${low}..${high}`);
  checkNumber(name, value, low, high);
}

/** Throws `ERR_SPEAKER_OPTION` unless `value` is in the range. */
export function checkNumber(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) refuseOption(`${name} is ${value}; it must be ${low}..${high}`);
}

export function refuseOption(message: string): never {
  throw new SpeakerError("ERR_SPEAKER_OPTION", message);
}
