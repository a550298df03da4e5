import { describe, expect, test } from "vitest";
import { defaultCodecContext } from "../../src/codec/context.ts";
import { MessageType } from "../../src/codec/message.ts";
import { Inbox, maxHeldOctets } from "../../src/session/inbox.ts";
import { concat, keepalive, peerOpen } from "./scripted.ts";

/** The types of the messages that there are now. */
function types(inbox: Inbox): number[] {
  const found: number[] = [];
  for (let message = inbox.next(); message !== null; message = inbox.next()) found.push(message.type);
  return found;
}

/** A KEEPALIVE whose header says a length that no message may have. */
const badLength = Uint8Array.from(keepalive, (octet, index) => (index === 17 ? 18 : octet));

describe("an inbox", () => {
  test("gives messages however the octets were cut, and counts them", () => {
    const inbox = new Inbox();
    const octets = concat(peerOpen(), keepalive);
    inbox.push(octets.subarray(0, 25));
    expect(types(inbox)).toEqual([]);
    inbox.push(octets.subarray(25));
    expect(types(inbox)).toEqual([MessageType.Open, MessageType.Keepalive]);
    expect(inbox.counters()).toMatchObject({ open: 1, keepalive: 1, octets: octets.length });
  });

  test("gives nothing while it is held, not even a fault, and everything after it", () => {
    const inbox = new Inbox();
    inbox.push(concat(keepalive, keepalive, badLength));
    expect(inbox.next()?.type).toBe(MessageType.Keepalive);
    inbox.hold();
    expect([inbox.held, inbox.next(), inbox.fault]).toEqual([true, null, null]);
    inbox.release();
    expect(types(inbox)).toEqual([MessageType.Keepalive]);
    expect(inbox.fault).not.toBeNull();
  });

  test("says when more is held than is kept, and only then", () => {
    const inbox = new Inbox();
    expect(inbox.push(new Uint8Array(maxHeldOctets + 1).fill(0xff))).toBe(true);
    inbox.reset();
    inbox.hold();
    expect(inbox.push(new Uint8Array(maxHeldOctets))).toBe(true);
    expect(inbox.push(keepalive)).toBe(false);
  });

  test("takes messages of the length that was negotiated, and a new connection begins anew", () => {
    const long = new Uint8Array(5000).fill(0xff, 0, 16);
    long.set([5000 >> 8, 5000 & 255, MessageType.Update], 16);
    const inbox = new Inbox();
    inbox.push(long);
    expect([inbox.next(), inbox.fault?.type]).toEqual([null, MessageType.Malformed]);
    inbox.reset();
    expect(inbox.fault).toBeNull();
    inbox.use({ ...defaultCodecContext, maxMessageLength: 65_535 });
    inbox.push(long);
    expect(types(inbox)).toHaveLength(1);
    inbox.reset();
    inbox.push(long);
    expect([inbox.next(), inbox.fault?.type]).toEqual([null, MessageType.Malformed]);
  });
});
