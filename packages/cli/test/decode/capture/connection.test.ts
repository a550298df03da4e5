import { describe, expect, test } from "vitest";
import { CaptureReader } from "../../../src/decode/capture/capture.ts";
import {
  attributes,
  ethernet,
  fourOctetAs,
  ip,
  keepalive,
  message,
  nlri113,
  octets,
  open,
  pcap,
  type SegmentOptions,
  update,
} from "../support/build.ts";
import { fixture } from "../support/fixture.ts";
import { expectAnyChunking, expectAnyTruncation, expectNoThrow } from "../support/properties.ts";
import { type Reading, read, types } from "../support/read.ts";

const options = { twoOctetAs: false, internal: false, addPath: [] };
const make = (): CaptureReader => new CaptureReader(options);

type Side = "a" | "b";
const addresses = { a: "10.0.0.1", b: "10.0.0.2" } as const;

/** A conversation: who sends what; sequence numbers follow from it. */
class Talk {
  readonly packets: Uint8Array[] = [];
  readonly #next = { a: 1000, b: 5000 };
  readonly #ports: { readonly a: number; readonly b: number };

  constructor(ports: { readonly a: number; readonly b: number } = { a: 50000, b: 179 }) {
    this.#ports = ports;
  }

  handshake(): this {
    return this.#send("a", { flags: "S" }).#send("b", { flags: "SA" });
  }

  /** Sent, and seen by the capture unless `lost`. */
  says(side: Side, data: Uint8Array, flags = "A", lost = false): this {
    this.#send(side, { data, flags });
    if (lost) this.packets.pop();
    return this;
  }

  #send(side: Side, rest: Partial<SegmentOptions>): this {
    const other = side === "a" ? "b" : "a";
    const { data, flags = "A" } = rest;
    const packet = ip({
      from: addresses[side],
      to: addresses[other],
      fromPort: this.#ports[side],
      toPort: this.#ports[other],
      sequence: this.#next[side],
      acknowledgement: this.#next[other],
      ...rest,
    });
    this.packets.push(ethernet(packet));
    this.#next[side] += (data?.length ?? 0) + (/[SF]/.test(flags) ? 1 : 0);
    return this;
  }

  read(reader: CaptureReader = make()): Reading {
    return read(reader, pcap(this.packets));
  }
}

const mp4 = [1, "00010001"] as const;
const addPathSend = [69, "00010102"] as const;
const addPathReceive = [69, "00010101"] as const;
const announce2 = update({ attributes: attributes([65001, 65010], 2), nlri: nlri113 });
const announce4 = update({ attributes: attributes([65001, 65010], 4), nlri: nlri113 });

describe("a session in a capture", () => {
  test("tells who sent and who received, with AS numbers from the OPEN on", () => {
    const { objects, notes } = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1", fourOctetAs(4_200_000_001)))
      .says("b", octets(open(65002, "192.0.2.2", fourOctetAs(65002)), keepalive))
      .says("a", keepalive)
      .read();
    expect(notes).toEqual([]);
    expect(objects).toMatchObject([
      { type: "open", frame: 3, peer: "10.0.0.1", peerPort: 50000, peerAs: 4_200_000_001, local: "10.0.0.2" },
      { type: "open", frame: 4, peer: "10.0.0.2", peerPort: 179, peerAs: 65002, localAs: 4_200_000_001 },
      { type: "keepalive", frame: 4 },
      { type: "keepalive", frame: 5, peerAs: 4_200_000_001, localAs: 65002 },
    ]);
    expect(objects[0]).not.toHaveProperty("localAs");
  });

  test.each([
    ["both offer four-octet AS numbers", [fourOctetAs(65001)], [fourOctetAs(65002)], announce4],
    ["one of them does not", [fourOctetAs(65001)], [], announce2],
    ["neither does", [], [], announce2],
  ] as const)("is read with AS numbers as agreed when %s", (_, ours, theirs, announce) => {
    const { objects } = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1", ...ours))
      .says("b", open(65002, "192.0.2.2", ...theirs))
      .says("a", announce)
      .read();
    expect(objects[2]).toMatchObject({ outcome: "ok", attributes: { asPath: [{ asns: [65001, 65010] }] } });
  });

  test("is read with path identifiers in the direction they were agreed for", () => {
    const withId = update({ attributes: attributes([65001]), nlri: `00000007${nlri113}` });
    const { objects } = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1", mp4, fourOctetAs(65001), addPathSend))
      .says("b", open(65002, "192.0.2.2", mp4, fourOctetAs(65002), addPathReceive))
      .says("a", withId)
      .says("b", announce4)
      .read();
    expect(objects[2]).toMatchObject({ nlri: [{ prefix: "203.0.113.0/24", pathId: 7 }] });
    expect(objects[3]).toMatchObject({ nlri: ["203.0.113.0/24"] });
  });

  test("between speakers of one AS is judged as an internal one", () => {
    const preferred = update({ attributes: octets(attributes([65010]), "40050400000064"), nlri: nlri113 });
    const inside = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1", fourOctetAs(65001)))
      .says("b", open(65001, "192.0.2.2", fourOctetAs(65001)))
      .says("a", preferred)
      .read();
    expect(inside.objects[2]).toMatchObject({ outcome: "ok", attributes: { localPref: 100 } });
  });

  test.each([
    [true, "update"],
    [false, "malformed"],
  ])("takes messages of more than 4096 octets when both said so: %j", (both, type) => {
    const long = update({ attributes: octets(attributes([65001]), "d0631388", new Uint8Array(5000)), nlri: nlri113 });
    const { objects } = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1", fourOctetAs(65001), [6, ""]))
      .says("b", open(65002, "192.0.2.2", fourOctetAs(65002), ...(both ? ([[6, ""]] as const) : [])))
      .says("a", long)
      .read();
    expect(objects[2]).toMatchObject({ type });
  });

  test("is read as the options say, whatever the OPENs said", () => {
    const reader = new CaptureReader({ twoOctetAs: true, internal: true, addPath: [0x101] });
    const withId = update({ attributes: octets(attributes([65010], 2), "40050400000064"), nlri: `00000007${nlri113}` });
    const { objects } = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1", fourOctetAs(65001)))
      .says("b", open(65002, "192.0.2.2", fourOctetAs(65002)))
      .says("a", withId)
      .read(reader);
    expect(objects[2]).toMatchObject({
      outcome: "ok",
      nlri: [{ pathId: 7 }],
      attributes: { asPath: [{ asns: [65010] }] },
    });
  });

  test("on another port is found when its messages begin", () => {
    const { objects } = new Talk({ a: 50000, b: 1790 })
      .handshake()
      .says("a", open(65001, "192.0.2.1"))
      .says("b", open(65002, "192.0.2.2"))
      .says("a", keepalive)
      .read();
    expect(objects.map(({ type, localPort }) => [type, localPort])).toEqual([
      ["open", 1790],
      ["open", 50000],
      ["keepalive", 1790],
    ]);
  });

  test("is not looked for in other conversations", () => {
    const { objects, notes } = new Talk({ a: 50000, b: 80 })
      .handshake()
      .says("a", octets("47455420", "00".repeat(40)))
      .says("b", new Uint8Array(5000).fill(0xff))
      .read();
    expect({ objects, notes }).toEqual({ objects: [], notes: [] });
  });

  test("that was open before the capture is read from the next message on", () => {
    const { objects, notes, failed } = new Talk()
      .says("a", octets(announce4.subarray(11), announce4))
      .says("a", keepalive)
      .read();
    expect(objects.map(({ type }) => type)).toEqual(["update", "keepalive"]);
    expect(notes).toEqual([
      `Frame 1: the capture begins inside a message from 10.0.0.1:50000 to 10.0.0.2:179; its last ${announce4.length - 11} octets are passed over.`,
    ]);
    expect(failed).toBe(false);
  });

  test("of which packets are missing goes on at the next message, and says what is missing", () => {
    const { objects, notes, failed } = new Talk()
      .handshake()
      .says("a", octets(keepalive, announce4.subarray(0, 30)))
      .says("a", announce4.subarray(30), "A", true)
      .says("a", announce4)
      .says("b", keepalive)
      .says("b", keepalive)
      .read();
    expect(objects.map(({ type, frame }) => [type, frame])).toEqual([
      ["keepalive", 3],
      ["update", 4],
      ["keepalive", 5],
      ["keepalive", 6],
    ]);
    expect(notes).toEqual([
      `Frame 4: ${announce4.length - 30} octets from 10.0.0.1:50000 to 10.0.0.2:179 are missing in the capture before it.`,
    ]);
    expect(failed).toBe(false);
  });

  test("that closes inside a message says so", () => {
    const reading = new Talk().handshake().says("a", announce4.subarray(0, 20), "FA").read();
    expect(reading.notes).toEqual([
      `Frame 3: what came from 10.0.0.1:50000 to 10.0.0.2:179 ends inside a message, of which 20 of ${announce4.length} octets are there.`,
    ]);
  });

  test("is another one after a new handshake between the same ports", () => {
    const first = new Talk()
      .handshake()
      .says("a", open(65001, "192.0.2.1"))
      .says("b", open(65002, "192.0.2.2"))
      .says("a", keepalive, "RA");
    const second = new Talk();
    // Other sequence numbers: as if this much had been said already.
    second.says("a", new Uint8Array(7000), "A", true).says("b", new Uint8Array(7000), "A", true);
    second
      .handshake()
      .says("a", open(65001, "192.0.2.1", fourOctetAs(65001)))
      .says("b", open(65002, "192.0.2.2", fourOctetAs(65002)))
      .says("a", announce4);
    const { objects, notes } = read(make(), pcap([...first.packets, ...second.packets]));
    expect(notes).toEqual([]);
    expect(objects.map(({ type }) => type)).toEqual(["open", "open", "keepalive", "open", "open", "update"]);
    expect(objects[5]).toMatchObject({ outcome: "ok", attributes: { asPath: [{ asns: [65001, 65010] }] } });
  });

  test("goes on behind a faulty header, and says which octets belong to no message", () => {
    const { objects, notes, failed } = new Talk()
      .handshake()
      .says("a", octets(keepalive, "00".repeat(25)))
      .says("a", octets(keepalive, message(9, "00"), keepalive))
      .read();
    expect(objects.map(({ type }) => type)).toEqual(["keepalive", "malformed", "keepalive", "malformed", "keepalive"]);
    expect(notes).toEqual(["Frame 4: 25 octets from 10.0.0.1:50000 to 10.0.0.2:179 belong to no message."]);
    expect(failed).toBe(true);
  });

  test("among more sessions than are remembered is the one that spoke last", () => {
    const packets = Array.from({ length: 1500 }, (_, at) =>
      ethernet(ip({ from: "10.0.0.1", to: "10.0.0.2", fromPort: 1000 + at, data: keepalive })),
    );
    const again = ethernet(ip({ from: "10.0.0.1", to: "10.0.0.2", fromPort: 2499, sequence: 19, data: keepalive }));
    const { objects, notes } = read(make(), pcap([...packets, again]));
    expect(objects).toHaveLength(1501);
    expect(notes).toEqual([]);
  });

  test("over links nobody knows, or in fragments, is said to be missing", () => {
    const packet = ip({ from: "10.0.0.1", to: "10.0.0.2", data: keepalive });
    const unknown = read(make(), pcap([packet, packet], { linkType: 147 }));
    expect(unknown).toEqual({
      objects: [],
      notes: ["Link type 147 is not understood; packets that were not read: 2."],
      failed: true,
    });
    packet[6] = 0x20;
    expect(read(make(), pcap([packet], { linkType: 101 })).notes).toEqual([
      "IP fragments are not put together, and what was in them is missing; how many there were: 1.",
    ]);
  });

  test("of which the capture kept only the beginnings of packets has gaps", () => {
    const talk = new Talk().handshake().says("a", octets(keepalive, announce4)).says("a", keepalive);
    const { objects, notes } = read(make(), pcap(talk.packets, { snapLength: 80 }));
    expect(objects.map(({ type }) => type)).toEqual(["keepalive", "keepalive"]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^Frame 4: \d+ octets from .* are missing in the capture before it\.$/);
  });
});

describe("a session between real speakers", () => {
  const capture = fixture("bird-bird.pcapng.hex");

  test("agrees with what both announced", () => {
    const { objects, notes } = read(make(), capture);
    expect(notes).toEqual([]);
    expect(types({ objects, notes, failed: false })).toEqual([
      ...["open", "open", "keepalive", "keepalive"],
      ...new Array<string>(8).fill("update"),
      "notification",
    ]);
    expect(objects[4]).toMatchObject({
      peer: "10.99.0.1",
      peerAs: 65001,
      localAs: 4_200_000_001,
      outcome: "ok",
      attributes: { asPath: [{ type: "sequence", asns: [65001] }], nextHop: "10.99.0.1" },
      nlri: [
        { prefix: "198.51.100.0/25", pathId: 2 },
        { prefix: "203.0.113.0/24", pathId: 2 },
      ],
    });
    expect(objects.at(-1)).toMatchObject({ code: 6, subcode: 2, message: "maintenance" });
    for (const object of objects.filter(({ type }) => type === "update")) expect(object.outcome).toBe("ok");
  });

  test("may come in any chunks", () => expectAnyChunking(make, capture, 20));
  test("may end at any octet", () => expectAnyTruncation(make, capture, 17));
  test("throws nothing when octets are changed", () => expectNoThrow(make, capture, 60));
});
