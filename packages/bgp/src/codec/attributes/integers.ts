import type { Writer } from "../../bytes/writer.ts";
import { checkList, checkRange } from "../encode-error.ts";

/** Appends `values[from, to)` with four octets each; throws BgpEncodeError for one that does not fit, or is below `min`. */
export function encodeU32s(
  w: Writer,
  field: string,
  min: number,
  values: readonly number[],
  from = 0,
  to: number = values.length,
): void {
  checkList(field, values);
  w.reserve(4 * (to - from));
  const { view } = w;
  let at = w.length;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (value >>> 0 !== value || value < min) checkRange(field, value, min, 0xffff_ffff);
    view.setUint32(at, value);
    at += 4;
  }
  w.length = at;
}
