const digits = "0123456789abcdef";

/** Lower-case hexadecimal of `bytes[start, end)`, no separators. */
export function toHex(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    text += digits[octet >> 4]! + digits[octet & 15]!;
  }
  return text;
}

/** The octets of hexadecimal text; white space is skipped. Undefined when anything else is in it or half an octet is left. */
export function fromHex(text: string): Uint8Array | undefined {
  const compact = text.replace(/\s+/g, "");
  if (compact.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(compact)) return undefined;
  const bytes = new Uint8Array(compact.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(compact.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** True when both hold the same octets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
