/**
 * The same octets as a plain Uint8Array. A subclass may change what its methods mean: `slice` of Node's Buffer is a view, and
 * what is kept of a message must be a copy. Costs nothing where the bytes are plain already.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
