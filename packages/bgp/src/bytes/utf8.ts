// The two platform names this package uses. They exist in Node, browsers and workers alike, but no TypeScript library
// that leaves the timers and the console out declares them.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

/** UTF-8 of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text of `bytes`, or undefined when they are not valid UTF-8 (RFC 3629). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The longest prefix of `text`, cut between characters, whose UTF-8 form has at most `maxOctets` octets. */
export function encodeUtf8Truncated(text: string, maxOctets: number): Uint8Array {
  const bytes = encodeUtf8(text);
  if (bytes.length <= maxOctets) return bytes;
  let end = maxOctets;
  // 10xxxxxx continues a character: step back to where one starts.
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.slice(0, end);
}
