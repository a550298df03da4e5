import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import type { Capability } from "../../src/codec/capabilities/spec.ts";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { BgpEncodeError } from "../../src/codec/encode-error.ts";
import { decodeMessage, encodeMessage, MessageType, type OutgoingOpen } from "../../src/codec/message.ts";

const good: OutgoingOpen = {
  type: MessageType.Open,
  asn: 65001,
  holdTime: 90,
  routerId: 0xc000_0201,
  capabilities: [],
};

function openWith(parameters: string, lengthOctet?: number): Uint8Array {
  const tail = fromHex(parameters)!;
  const length = 29 + tail.length;
  const head = fromHex("04fde9005ac0000201")!;
  const marker = new Array<number>(16).fill(0xff);
  return Uint8Array.of(...marker, length >> 8, length & 0xff, 1, ...head, lengthOctet ?? tail.length, ...tail);
}

function decode(bytes: Uint8Array): string {
  const message = decodeMessage(bytes, 0, bytes.length, defaultCodecContext);
  if (message.type === MessageType.Open)
    return message.capabilities.map(({ code, name }) => `${code} ${name}`).join(", ");
  if (message.type !== MessageType.Malformed) throw new Error("no OPEN");
  const { code, subcode, data } = message.notification;
  return `${message.problems[0]!.rule} ${code}/${subcode} ${toHex(data)}`.trimEnd();
}

describe("the optional parameters of an OPEN", () => {
  it.each([
    ["a length that is less than what follows", openWith("02020200", 3), "open-parameters-length 2/0"],
    ["a length that is more than what follows", openWith("02020200", 5), "open-parameters-length 2/0"],
    ["octets behind a length of zero", openWith("02020200", 0), "open-parameters-length 2/0"],
    ["half a parameter header", openWith("0202020002"), "open-parameter-truncated 2/0"],
    ["a parameter that overruns", openWith("02030200"), "open-parameter-overrun 2/0"],
    ["half a capability header", openWith("0203020002"), "capability-truncated 2/0"],
    ["a capability that overruns", openWith("02034104fd"), "capability-overrun 2/0"],
    ["an unknown parameter", openWith("0300"), "open-parameter-type 2/4"],
    ["the extended type anywhere but first", openWith("02020200ff00"), "open-parameter-type 2/4"],
    ["half an extended length", openWith("ff00"), "open-parameters-length 2/0"],
    ["an extended length that is less than what follows", openWith("ff000402000202 00"), "open-parameters-length 2/0"],
    ["half an extended parameter header", openWith("ff00020200"), "open-parameter-truncated 2/0"],
  ])("with %s are refused", (_what, bytes, expected) => {
    expect(decode(bytes)).toBe(expected);
  });

  it.each([
    ["none in an extended field", openWith("ff0000", 255), ""],
    ["an empty parameter", openWith("0200"), ""],
    [
      "several in several",
      openWith("0204020006000202 4600"),
      "2 route-refresh, 6 extended-message, 70 enhanced-route-refresh",
    ],
  ])("may hold %s", (_what, bytes, expected) => {
    expect(decode(bytes)).toBe(expected);
  });

  it("hold the AS that counts, from the first capability 65", () => {
    const bytes = openWith("020c4104000111704104000111 71".replace(" ", ""));
    const message = decodeMessage(bytes, 0, bytes.length, defaultCodecContext);
    expect(message.type === MessageType.Open && [message.asn, message.myAutonomousSystem]).toEqual([70000, 65001]);
  });
});

describe("encodeMessage of an OPEN", () => {
  const encoded = (open: OutgoingOpen): string => {
    const w = new Writer(4);
    encodeMessage(w, open, defaultCodecContext);
    return toHex(w.slice());
  };
  const unknown = (octets: number): Capability => ({ code: 200, name: "unknown", value: new Uint8Array(octets) });

  it("writes AS_TRANS for an AS that needs four octets", () => {
    expect(encoded({ ...good, asn: 4200000000 }).slice(40, 44)).toBe("5ba0");
  });

  it("changes to the extended format after 255 octets of parameters, and back (RFC 9072 §2)", () => {
    const classic = encoded({ ...good, capabilities: [unknown(251)] });
    expect(classic.slice(56, 66)).toBe("ff02fdc8fb");
    const extended = encoded({ ...good, capabilities: [unknown(252)] });
    expect(extended.slice(56, 74)).toBe("ffff01010200fec8fc");
    for (const hex of [classic, extended]) expect(decode(fromHex(hex)!)).toBe("200 unknown");
  });

  it.each<[string, string, Partial<OutgoingOpen>]>([
    ["AS 0 (RFC 7607)", "value-range asn", { asn: 0 }],
    ["an AS of 33 bits", "value-range asn", { asn: 0x1_0000_0000 }],
    ["a hold time of 2", "value-range holdTime", { holdTime: 2 }],
    ["a hold time of 65536", "value-range holdTime", { holdTime: 65536 }],
    ["router id 0 (RFC 6286)", "value-range routerId", { routerId: 0 }],
    ["a capability of 256 octets", "value-length capabilities", { capabilities: [unknown(256)] }],
    [
      "more capabilities than a message holds",
      "message-too-long message",
      { capabilities: new Array<Capability>(17).fill(unknown(255)) },
    ],
    [
      "a capability whose code and name differ",
      "value-range capabilities.code",
      { capabilities: [{ code: 2, name: "extended-message" } as unknown as Capability] },
    ],
    [
      "ADD-PATH for no family",
      "value-length capabilities.families",
      { capabilities: [{ code: 69, name: "add-path", families: [] }] },
    ],
    [
      "ADD-PATH in no direction",
      "value-range capabilities.families",
      { capabilities: [{ code: 69, name: "add-path", families: [{ family: 257, receive: false, send: false }] }] },
    ],
    [
      "a restart time of 4096",
      "value-range capabilities.restartTime",
      {
        capabilities: [
          {
            code: 64,
            name: "graceful-restart",
            restarted: false,
            notification: false,
            restartTime: 4096,
            families: [],
          },
        ],
      },
    ],
  ])("throws for %s, and leaves the writer as it was", (_what, expected, change) => {
    const w = new Writer();
    w.u8(7);
    let thrown: unknown;
    try {
      encodeMessage(w, { ...good, ...change }, defaultCodecContext);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BgpEncodeError);
    const { code, field } = thrown as BgpEncodeError;
    expect([`${code} ${field}`, w.length]).toEqual([expected, 1]);
  });
});
