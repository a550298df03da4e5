import { acceptAll } from "@vipcast/bgp";
import type { Peer, PeerOptions } from "@vipcast/speaker";
import { Speaker } from "@vipcast/speaker";
import { afterEach, describe, expect, test } from "vitest";
import { kernelTransport } from "../../src/adapters/transport.ts";

// Over loopback with the kernel's own TCP MD5: what one end does not sign rightly, the other never sees.

const near = "127.0.7.1";
const far = "127.0.7.2";
const speakers: Speaker[] = [];

afterEach(async () => {
  await Promise.all(speakers.splice(0).map((speaker) => speaker.close()));
});

function speaker(asn: number, routerId: string): Speaker {
  const made = new Speaker({ asn, routerId, ...kernelTransport({ ttlSecurity: true }) });
  speakers.push(made);
  return made;
}

async function pair(a: Partial<PeerOptions>, b: Partial<PeerOptions>): Promise<{ readonly a: Peer; readonly b: Peer }> {
  const [one, two] = [speaker(65001, "1.1.1.1"), speaker(65000, "2.2.2.2")];
  const { port } = await two.listen({ host: far, port: 0 });
  const common = { holdTime: 3, connectRetry: 1, importPolicy: acceptAll };
  return {
    b: two.addPeer({ address: near, asn: 65001, passive: true, ...common, ...b }),
    a: one.addPeer({ address: far, asn: 65000, port, source: near, ...common, ...a }),
  };
}

const state = (peer: Peer) => expect.poll(() => peer.snapshot().state, { timeout: 9000, interval: 20 });

async function exchanges(a: Peer, b: Peer, prefix: string): Promise<void> {
  a.routes.set([{ prefix }]);
  await expect.poll(() => [...b.adjRibIn.routes()].length, { timeout: 5000 }).toBe(1);
  expect([...b.adjRibIn.routes()][0]?.prefix.bytes.join(".")).toBe(prefix.split("/")[0]);
}

describe("a password that changes", () => {
  test.each([
    ["from one to another", "one", "two"],
    ["from none to one", null, "one"],
    ["from one to none", "one", null],
  ])("%s on both ends keeps the session, and what follows is signed with it", async (_how, before, after) => {
    const password = before === null ? {} : { password: before };
    const { a, b } = await pair(password, password);
    await state(a).toBe("Established");
    a.setPassword(after);
    b.setPassword(after);
    await exchanges(a, b, "192.0.2.10/32");
    expect([a, b].map((peer) => peer.snapshot().counters.established)).toEqual([1, 1]);
    expect(a.snapshot().options.md5).toBe(after !== null);
  });

  test("on one end alone ends the session with the hold time, and it is back once both have changed", async () => {
    const { a, b } = await pair({ password: "one" }, { password: "one" });
    await state(a).toBe("Established");
    b.setPassword("two");
    await state(a).not.toBe("Established");
    expect(a.snapshot().lastDown?.reason).toBe("hold-timer-expired");
    a.setPassword("two");
    await state(a).toBe("Established");
    await exchanges(a, b, "192.0.2.10/32");
  }, 15_000);
});

test("a wrong password is silence, which is told with its cause and remedy", async () => {
  const { a } = await pair({ password: "one" }, { password: "two" });
  await expect.poll(() => a.snapshot().lastDown?.reason, { timeout: 5000 }).toBe("connect-timeout");
  expect(a.snapshot().lastDown?.cause).toMatch(
    /^127\.0\.7\.2:\d+ did not answer our connection attempt within 1 s \(connectRetry\): .*another TCP-MD5 password than ours: make both the same$/,
  );
});

test("a peer without TTL security is named by the segments this host drops", async () => {
  // A listener of its own, so that what it answers leaves with the usual TTL.
  const two = new Speaker({ asn: 65000, routerId: "2.2.2.2" });
  speakers.push(two);
  const { port } = await two.listen({ host: far, port: 0 });
  two.addPeer({ address: near, asn: 65001, passive: true });
  const one = speaker(65001, "1.1.1.1");
  const options = { address: far, asn: 65000, port, source: near, connectRetry: 1, ttlSecurity: 1 };
  const a = one.addPeer(options);
  await expect.poll(() => a.snapshot().lastDown?.reason, { timeout: 5000 }).toBe("connect-timeout");
  expect(a.snapshot().lastDown?.cause).toMatch(/this host has dropped \d+ segments? meanwhile whose TTL was too low/);
});

test("neighbours of a listen range need the key of the range", async () => {
  const hub = speaker(65000, "2.2.2.2");
  const { port } = await hub.listen({ host: far, port: 0 });
  const range = hub.addListenRange({ prefix: "127.0.8.0/24", asn: "external", password: "rack" });
  const dial = (routerId: string, source: string, password: string): Peer =>
    speaker(65001, routerId).addPeer({ address: far, asn: 65000, port, source, password, connectRetry: 1 });
  const right = dial("1.1.1.1", "127.0.8.1", "rack");
  const wrong = dial("1.1.1.2", "127.0.8.2", "other");
  await state(right).toBe("Established");
  await expect.poll(() => wrong.snapshot().lastDown?.reason, { timeout: 5000 }).toBe("connect-timeout");
  expect(range.peers.map(({ address }) => address)).toEqual(["127.0.8.1"]);
});

test("TTL security, a traffic class and a user timeout are set on whichever end asks for them", async () => {
  const options = { ttlSecurity: 1, trafficClass: 0x20, userTimeout: 5 };
  const { a, b } = await pair(options, options);
  await state(a).toBe("Established");
  expect(b.snapshot().options).toMatchObject(options);
});
