import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { nlriSpecs } from "../../src/codec/nlri/table.ts";

/** Bits of an input's first octet: what the session had negotiated. The rest is what came from the peer, one message or several. */
export const Session = { TwoOctetAs: 1, Internal: 2, AddPath: 4, ExtendedMessage: 8 } as const;

const everyFamily = nlriSpecs.map(({ family }) => family);

/** The session an input is for. */
export function contextOf(flags: number): CodecContext {
  const addPath = (flags & Session.AddPath) !== 0 ? everyFamily : [];
  return {
    ...defaultCodecContext,
    fourOctetAs: (flags & Session.TwoOctetAs) === 0,
    internal: (flags & Session.Internal) !== 0,
    maxMessageLength: (flags & Session.ExtendedMessage) !== 0 ? 65535 : 4096,
    addPathReceive: addPath,
    addPathSend: addPath,
    extendedNextHop: everyFamily,
  };
}

/** The input that is `octets` in the session of `context`. */
export function inputOf(octets: Uint8Array, context: CodecContext): Uint8Array {
  const flags =
    (context.fourOctetAs ? 0 : Session.TwoOctetAs) |
    (context.internal ? Session.Internal : 0) |
    (context.addPathReceive.length > 0 ? Session.AddPath : 0) |
    (context.maxMessageLength > 4096 ? Session.ExtendedMessage : 0);
  const input = new Uint8Array(1 + octets.length);
  input[0] = flags;
  input.set(octets, 1);
  return input;
}
