/** Integers in the byte order of this machine, which is what the kernel's own structures use. */
import { endianness } from "node:os";

/** Pass as DataView's `littleEndian` for fields in host order. */
export const LITTLE_ENDIAN: boolean = endianness() === "LE";

/** A view over exactly the bytes of `bytes`. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A C `int`, as socket options take it. */
export function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value, LITTLE_ENDIAN);
  return bytes;
}
