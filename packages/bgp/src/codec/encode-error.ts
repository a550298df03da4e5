/** Stable names of what can be wrong with a value given to an encoder. */
export type BgpEncodeErrorCode =
  /** A value is of another JavaScript type than its field. For callers without TypeScript; `missing-field` where there is none. */
  | "value-type"
  /** A number is outside what its field can hold, or is not an integer. */
  | "value-range"
  /** An address, a prefix or an octet string has a length its field does not allow. */
  | "value-length"
  /** Something the message cannot do without is absent. */
  | "missing-field"
  /** The next hop's address family cannot carry these routes on this session (RFC 8950 not negotiated). */
  | "next-hop-family"
  /** The family has no NLRI codec. */
  | "unsupported-family"
  /** Not even one route fits into a message beside the attributes, or the message exceeds its limit. */
  | "message-too-long";

/** A value that cannot be put on the wire: the caller's bug, never the peer's. `field` names the property that is wrong. */
export class BgpEncodeError extends Error {
  readonly code: BgpEncodeErrorCode;
  readonly field: string;

  constructor(code: BgpEncodeErrorCode, field: string, detail: string) {
    super(`${field}: ${detail}`);
    this.name = "BgpEncodeError";
    this.code = code;
    this.field = field;
  }
}

/** Throws unless `value` is an integer in `min..max`. */
export function checkRange(field: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) throw outOfRange(field, value, min, max);
}

/** Throws unless `bytes` has exactly `length` octets. */
export function checkLength(field: string, bytes: Uint8Array, length: number): void {
  if (!isOctets(bytes) || bytes.length !== length) throw wrongLength(field, bytes, length);
}

// Apart, so that the checks stay small enough to be inlined.
function outOfRange(field: string, value: number, min: number, max: number): BgpEncodeError {
  return new BgpEncodeError("value-range", field, `${shown(value)} is not an integer in ${min}..${max}`);
}

/** Not every value can be made text. */
function shown(value: unknown): string {
  return typeof value === "number" || typeof value === "string" || typeof value === "bigint"
    ? `${value}`
    : typeName(value);
}

function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function wrongLength(field: string, bytes: Uint8Array, length: number): BgpEncodeError {
  if (!isOctets(bytes)) return wrongType(field, bytes, octets);
  return new BgpEncodeError("value-length", field, `has ${bytes.length} octets where ${length} are needed`);
}

const octets = "a Uint8Array";

/** Whether `bytes` is a Uint8Array, or a Buffer; arrays of wider elements, and a DataView, would be written wrongly. */
export function isOctets(bytes: unknown): bytes is Uint8Array {
  return bytes instanceof Uint8Array || isOctetsElsewhere(bytes);
}

// Another realm (a vm context, as test runners make) has a Uint8Array of its own.
function isOctetsElsewhere(bytes: unknown): boolean {
  return ArrayBuffer.isView(bytes) && (bytes as Uint8Array)[Symbol.toStringTag] === "Uint8Array";
}

/** Throws unless `bytes` are octets, however many. */
export function checkOctets(field: string, bytes: Uint8Array): void {
  if (!isOctets(bytes)) throw wrongType(field, bytes, octets);
}

/** Throws unless `list` is an array. */
export function checkList(field: string, list: readonly unknown[]): void {
  if (!Array.isArray(list)) throw wrongType(field, list, "an array");
}

/** Throws unless `text` is a string. */
export function checkText(field: string, text: string): void {
  if (typeof text !== "string") throw wrongType(field, text, "a string");
}

/** For a value of another type than its field. */
export function wrongType(field: string, value: unknown, wanted: string): BgpEncodeError {
  return new BgpEncodeError("value-type", field, `${typeName(value)} where ${wanted} is needed`);
}

/** What an encoder throws for an `error` it met in `field`: its own are as they are; what a value of another type led to gets the field's name. */
export function asEncodeError(error: unknown, field: string): unknown {
  return error instanceof TypeError ? new BgpEncodeError("value-type", field, error.message) : error;
}
