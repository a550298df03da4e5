import { CeaseSubcode, NotificationCode } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { causeInWords, inWords, type KnownEnd } from "../../src/peer/in-words.ts";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import type { SocketProtection } from "../../src/transport/options.ts";

const settings = peerSettings({ address: "fd00::254", asn: 65000 }, { asn: 65001, routerId: 1 });

function words(end: Partial<KnownEnd>, protection: SocketProtection = {}): string {
  return causeInWords(
    { reason: "connect-timeout", cause: "as known", wasEstablished: false, ...end },
    settings,
    protection,
  );
}

test("a NOTIFICATION is given with its meaning and its direction", () => {
  const body = { code: NotificationCode.Cease, subcode: CeaseSubcode.OutOfResources, data: new Uint8Array(0) };
  expect(inWords("sent", body)).toEqual({ ...body, direction: "sent", text: "Cease / Out of Resources" });
});

describe("why a session ended", () => {
  test("is told as the session knows it, where sockets have nothing to do with it", () => {
    expect(words({ reason: "connection-reset" })).toBe("as known");
    expect(words({ reason: "hold-timer-expired", wasEstablished: true })).toBe("as known");
  });

  test("after silence is told with what the options of this peer make possible", () => {
    const silence = "[fd00::254]:179 did not answer our connection attempt within 5 s (connectRetry): it is down";
    expect(words({}).startsWith(silence)).toBe(true);
    expect(words({})).toContain("it may expect a TCP-MD5 password");
    expect(words({}, { password: "x" })).toContain("another one or none: make both the same");
    expect(words({}, { ttlSecurity: 2 })).toContain("be more than 2 hops away");
    expect(words({}, { multihop: 4 })).toContain("than our TTL of 4 reaches: raise multihop");
  });

  test("names TTL security when a peer accepts the connection and is not heard any more", () => {
    const end = { reason: "hold-timer-expired" } as const;
    expect(words(end)).toBe(
      "as known; or it asks for TTL security (GTSM, RFC 5082): then set ttlSecurity for this peer",
    );
    expect(words(end, { ttlSecurity: 1 })).toBe("as known");
  });
});
