import { decodeMessage, defaultCodecContext, MessageType, type UpdateMessage } from "@vipcast/bgp";
import { expect, test } from "vitest";
import { MalformedLog } from "../../src/peer/malformed-log.ts";

const path = [0x40, 2, 0];
const nextHop = [0x40, 3, 4, 10, 0, 0, 2];
const nlri = [24, 198, 51, 100, 32, 192, 0, 2, 1];

function update(attributes: readonly number[]): UpdateMessage {
  const body = [0, 0, 0, attributes.length, ...attributes, ...nlri];
  const octets = Uint8Array.from([...new Array<number>(16).fill(0xff), 0, 19 + body.length, 2, ...body]);
  const message = decodeMessage(octets, 0, octets.length, defaultCodecContext);
  if (message.type !== MessageType.Update) throw new Error("not an UPDATE");
  return message;
}

const badOrigin = update([0x40, 1, 1, 9, ...path, ...nextHop]);
const foreignLocalPref = update([0x40, 1, 1, 0, ...path, ...nextHop, 0x40, 5, 4, 0, 0, 0, 1]);

function setUp(): { log: MalformedLog; lines: { fields: object; message: string }[]; clock: { ms: number } } {
  const lines: { fields: object; message: string }[] = [];
  const clock = { ms: 0 };
  const quiet = (): void => undefined;
  const warn = (fields: object, message: string): void => void lines.push({ fields, message });
  const log = new MalformedLog("10.0.0.2", {
    clock: { now: () => clock.ms, date: () => new Date(0), timer: () => quiet },
    logger: { debug: quiet, info: quiet, warn, error: quiet },
  });
  return { log, lines, clock };
}

test("says what was wrong, what came of it, and which routes it was about (RFC 7606 §6)", () => {
  const { log, lines } = setUp();
  log.note(badOrigin);
  log.note(foreignLocalPref);
  expect(lines.map(({ message }) => message)).toEqual([
    "malformed UPDATE, its routes are treated as withdrawn: attribute 1, origin-value, RFC 7606 §7.1",
    "malformed UPDATE, attributes were dropped: attribute 5, local-pref-from-external-peer, RFC 7606 §7.5",
  ]);
  expect(lines[0]?.fields).toMatchObject({
    peer: "10.0.0.2",
    prefixes: ["198.51.100.0/24", "192.0.2.1/32"],
    attributes: "400101094002004003040a000002",
  });
});

test("ten lines a minute are enough, and the rest is counted", () => {
  const { log, lines, clock } = setUp();
  for (let count = 0; count < 25; count++) log.note(badOrigin);
  expect(lines).toHaveLength(10);
  clock.ms = 60_000;
  log.note(badOrigin);
  expect(lines.slice(10).map(({ message }) => message)).toEqual([
    "15 more malformed UPDATEs were repaired",
    "malformed UPDATE, its routes are treated as withdrawn: attribute 1, origin-value, RFC 7606 §7.1",
  ]);
});
