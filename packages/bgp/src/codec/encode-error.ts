/** Stable names of what can be wrong with a value given to an encoder. */
export type BgpEncodeErrorCode =
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
  if (bytes.length !== length) throw wrongLength(field, bytes.length, length);
}

// Apart, so that the checks stay small enough to be inlined.
function outOfRange(field: string, value: number, min: number, max: number): BgpEncodeError {
  return new BgpEncodeError("value-range", field, `${value} is not an integer in ${min}..${max}`);
}

function wrongLength(field: string, octets: number, length: number): BgpEncodeError {
  return new BgpEncodeError("value-length", field, `has ${octets} octets where ${length} are needed`);
}
