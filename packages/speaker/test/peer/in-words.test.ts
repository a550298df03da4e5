import { CeaseSubcode, NotificationCode } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { causeInWords, inWords, type KnownEnd } from "../../src/peer/in-words.ts";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import type { DropCounters, SocketProtection } from "../../src/transport/options.ts";

const settings = peerSettings({ address: "fd00::254", asn: 65000 }, { asn: 65001, routerId: 1 });

function words(
  end: Partial<KnownEnd>,
  options: SocketProtection = {},
  drops: Partial<DropCounters> = {},
  unread = false,
): string {
  const dropped = { wrongKey: 0, missingKey: 0, unexpectedKey: 0, lowTtl: 0, ...drops };
  const known: KnownEnd = { reason: "connect-timeout", cause: "as known", wasEstablished: false, ...end };
  return causeInWords(known, settings, { options, dropped }, unread);
}

test("a NOTIFICATION is given with its meaning and its direction", () => {
  const body = { code: NotificationCode.Cease, subcode: CeaseSubcode.OutOfResources, data: new Uint8Array(0) };
  expect(inWords("sent", body)).toEqual({ ...body, direction: "sent", text: "Cease / Out of Resources" });
});

describe("why a session ended", () => {
  test("is told as the session knows it, where sockets have nothing to do with it", () => {
    expect(words({ reason: "connection-reset" })).toBe("as known");
    expect(words({ reason: "hold-timer-expired", wasEstablished: true })).toBe("as known");
    expect(words({ reason: "connection-reset", wasEstablished: true }, {}, {}, true)).toBe("as known");
  });

  test("is our own doing where a pause has stopped the reading", () => {
    const end = { reason: "hold-timer-expired", wasEstablished: true } as const;
    expect(words(end, {}, {}, true)).toMatch(/^this program kept the peer paused for longer than the hold time/);
  });

  test("after silence is told with what the options of this peer make possible", () => {
    const silence = "[fd00::254]:179 did not answer our connection attempt within 5 s (connectRetry): it is down";
    expect(words({}).startsWith(silence)).toBe(true);
    expect(words({})).toContain("it may expect a TCP-MD5 password");
    expect(words({}, { password: "x" })).toContain("another one or none: make both the same");
    expect(words({}, { ttlSecurity: 2 })).toContain("be more than 2 hops away");
    expect(words({}, { multihop: 4 })).toContain("than our TTL of 4 reaches: raise multihop");
  });

  test.each([
    [
      { lowTtl: 3 },
      { ttlSecurity: 1 },
      /3 segments meanwhile whose TTL was too low: enable TTL security \(GTSM\) on the router/,
    ],
    [
      { wrongKey: 1 },
      { password: "x" },
      /1 segment meanwhile signed with another TCP-MD5 password than ours: make both the same/,
    ],
    [
      { missingKey: 2 },
      { password: "x" },
      /without the TCP-MD5 signature that our password asks for: set the password on the router too/,
    ],
    [{ unexpectedKey: 2 }, {}, /with a TCP-MD5 signature, and no password is set here: set the router's password/],
  ])("names what this host has dropped meanwhile, where it counts that: %o with %o", (drops, options, sentence) => {
    expect(words({}, options, drops)).toMatch(sentence);
    expect(words({ reason: "connection-reset" }, options, drops)).toBe("as known");
  });

  test("does not blame this peer for what only another's options can have set off", () => {
    expect(words({}, {}, { lowTtl: 3, wrongKey: 3, missingKey: 3 })).toBe(words({}));
    expect(words({}, { password: "x" }, { unexpectedKey: 3 })).toBe(words({}, { password: "x" }));
  });

  test("names TTL security when a peer accepts the connection and is not heard any more", () => {
    const end = { reason: "hold-timer-expired" } as const;
    expect(words(end)).toBe(
      "as known; or it asks for TTL security (GTSM, RFC 5082): then set ttlSecurity for this peer",
    );
    expect(words(end, { ttlSecurity: 1 })).toBe("as known");
  });
});
