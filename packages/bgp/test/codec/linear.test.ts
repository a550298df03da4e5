import { describe, expect, it, vi } from "vitest";
import { Writer } from "../../src/bytes/writer.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { Framer } from "../../src/codec/framer.ts";
import { toJSON } from "../../src/codec/json.ts";
import { decodeMessage, MessageType } from "../../src/codec/message.ts";

// Promise 8 of the design: no byte sequence makes the decoder work, or keep, more than in proportion to its length. Counted in octets
// read, not in time: twice the message may cost twice the reads and not four times.

const everything = { ...defaultCodecContext, internal: true, maxMessageLength: 65535 };

/** What a run did: octets it read, and how deep the stack was at the deepest of some of the reads. */
interface Work {
  reads: number;
  depth: number;
}

/** The octets, counting who looks at them. The decoder takes it for what it says it is. */
function counted(bytes: Uint8Array, work: Work): Uint8Array {
  let looks = 0;
  return new Proxy(bytes, {
    get(target, property) {
      if (typeof property === "string" && property >= "0" && property <= "9999999") {
        work.reads++;
        if (++looks % 17 === 0) work.depth = Math.max(work.depth, stackDepth());
        return target[Number(property)];
      }
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function" || property === "constructor") return value;
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        // A copy looks at every octet it takes.
        if (property === "slice" || property === "subarray") work.reads += (result as Uint8Array).length;
        return result;
      };
    },
  });
}

function stackDepth(): number {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1000;
  const depth = (new Error().stack ?? "").split("\n").length;
  Error.stackTraceLimit = stackTraceLimit;
  return depth;
}

/** Everything that can be asked of a message. */
function use(octets: Uint8Array, length: number): number {
  const message = decodeMessage(octets, 0, length, everything);
  let kept = JSON.stringify(toJSON(message)).length;
  if (message.type !== MessageType.Update) return kept;
  message.attributes.forEach(() => {});
  message.attributes.materialise();
  kept += message.attributes.rawBytes().length;
  const retained = message.retain();
  for (const view of [retained.withdrawn, retained.nlri, retained.attributes.mpReach?.nlri]) view?.materialise();
  kept += message.problems.length;
  return kept;
}

function withHeader(type: number, fill: (w: Writer) => void): Uint8Array {
  const w = new Writer();
  w.fill(0xff, 16);
  w.u16(0);
  w.u8(type);
  fill(w);
  w.patchU16(16, w.length);
  return w.slice();
}

function update(attributes: (w: Writer) => void, nlri = new Uint8Array(0), withdrawn = new Uint8Array(0)): Uint8Array {
  return withHeader(MessageType.Update, (w) => {
    w.u16(withdrawn.length);
    w.copy(withdrawn);
    const lengthAt = w.length;
    w.u16(0);
    attributes(w);
    w.patchU16(lengthAt, w.length - lengthAt - 2);
    w.copy(nlri);
  });
}

/** As many elements as fit into about `octets` octets of attributes. */
function repeated(octets: number, ...element: readonly number[]): (w: Writer) => void {
  return (w) => {
    for (let i = 0; i < octets; i += element.length) for (const octet of element) w.u8(octet);
  };
}

/** One attribute whose value is an element again and again. */
function filled(octets: number, flags: number, code: number, ...element: readonly number[]): (w: Writer) => void {
  return (w) => {
    const count = Math.floor((octets - 4) / element.length);
    w.u8(flags | 0x10);
    w.u8(code);
    w.u16(count * element.length);
    for (let i = 0; i < count; i++) for (const octet of element) w.u8(octet);
  };
}

function open(octets: number, ...capability: readonly number[]): Uint8Array {
  const count = Math.floor(octets / capability.length);
  return withHeader(MessageType.Open, (w) => {
    for (const octet of [4, 0xfd, 0xe9, 0, 90, 192, 0, 2, 1, 255, 255]) w.u8(octet);
    w.u16(count * capability.length + 3);
    w.u8(2);
    w.u16(count * capability.length);
    for (let i = 0; i < count; i++) for (const octet of capability) w.u8(octet);
  });
}

const nothing = (): void => {};
/** Messages of about so many octets, each the worst of its kind. */
const hostile: readonly (readonly [string, (octets: number) => Uint8Array])[] = [
  ["the same unknown attribute again and again", (n) => update(repeated(n, 0xc0, 200, 0))],
  ["the same known attribute again and again", (n) => update(repeated(n, 0x40, 6, 0))],
  ["two attributes of one octet in turn", (n) => update(repeated(n, 0xc0, 99, 1, 7, 0xc0, 222, 1, 7))],
  [
    "every attribute code in turn, empty",
    (n) =>
      update((w) => {
        for (let i = 0; i < n / 3; i++) repeated(3, 0xc0, i & 0xff, 0)(w);
      }),
  ],
  ["MP_REACH_NLRI again and again", (n) => update(repeated(n, 0x80, 14, 5, 0, 2, 1, 0, 0))],
  ["attributes that claim to be well-known", (n) => update(repeated(n, 0x40, 201, 0))],
  ["an AS_PATH of segments with one AS each", (n) => update(filled(n, 0x40, 2, 2, 1, 0, 0, 0xfd, 0xe9))],
  ["an AS_PATH of empty segments", (n) => update(filled(n, 0x40, 2, 2, 0))],
  ["communities", (n) => update(filled(n, 0xc0, 8, 0xfd, 0xe9, 0, 1))],
  ["one large community again and again", (n) => update(filled(n, 0xc0, 32, 0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 0, 0, 0, 2))],
  ["clusters", (n) => update(filled(n, 0x80, 10, 10, 0, 0, 1))],
  ["AIGP TLVs of no octet", (n) => update(filled(n, 0x80, 26, 2, 0, 3))],
  ["Prefix-SID TLVs of one type", (n) => update(filled(n, 0xc0, 40, 9, 0, 0))],
  ["Tunnel Encapsulation TLVs", (n) => update(filled(n, 0xc0, 23, 0, 9, 0, 0))],
  ["default routes in the NLRI field", (n) => update(nothing, new Uint8Array(n))],
  ["withdrawn default routes", (n) => update(nothing, new Uint8Array(0), new Uint8Array(n))],
  [
    "labelled routes without a bottom of the stack",
    (n) =>
      update((w) => {
        const head = [0, 1, 4, 4, 192, 0, 2, 1, 0];
        const count = Math.floor((n - 20) / 32);
        w.u8(0x90);
        w.u8(14);
        w.u16(head.length + 32 * count);
        for (const octet of head) w.u8(octet);
        for (let i = 0; i < count; i++) repeated(32, 248, ...new Array<number>(31).fill(0))(w);
      }),
  ],
  ["capabilities of no octet", (n) => open(n, 200, 0)],
  ["one capability again and again", (n) => open(n, 65, 4, 0, 0, 0xfd, 0xe9)],
  ["a capability of many families", (n) => open(n, 69, 4, 0, 1, 1, 3)],
];

describe.each(hostile)("a message full of %s", (_what, build) => {
  const run = (octets: number): Work & { kept: number; length: number } => {
    const bytes = build(octets);
    const work: Work = { reads: 0, depth: 0 };
    const kept = use(counted(bytes, work), bytes.length);
    return { ...work, kept, length: bytes.length };
  };
  const small = run(1900);
  const large = run(3800);

  it("costs reads and keeps octets in proportion to its length", () => {
    expect(small.reads).toBeGreaterThan(small.length / 2);
    const growth = large.length / small.length;
    expect(large.reads).toBeLessThan(small.reads * growth * 1.15);
    expect(large.kept).toBeLessThan(small.kept * growth * 1.15 + 200);
    // Each octet is looked at a few times by each of those who ask, never once for each other octet.
    expect(large.reads).toBeLessThan(large.length * 400);
  });

  it("is read without recursion on what is in it", () => {
    expect(large.depth).toBeGreaterThan(5);
    expect(large.depth).toBeLessThanOrEqual(small.depth + 4);
  });
});

it("a stream that comes octet by octet costs the framer a few copies of each octet", () => {
  const message = update(nothing, new Uint8Array(1000));
  const copies = vi.spyOn(Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array, "set");
  try {
    const framer = new Framer();
    let framed = 0;
    for (let i = 0; i < 3; i++) {
      for (const octet of message) {
        framer.push(Uint8Array.of(octet));
        while (framer.next()) framed++;
      }
    }
    const copied = copies.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
    expect(framed).toBe(3);
    expect(copied).toBeGreaterThanOrEqual(3 * message.length);
    expect(copied).toBeLessThan(3 * message.length * 1.1);
  } finally {
    copies.mockRestore();
  }
});
