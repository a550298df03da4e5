import { Socket } from "node:net";
import { type PeerEvent, parseVips } from "@vipcast/announcer";
import type { PeerHandlers } from "@vipcast/speaker";
import { Speaker } from "@vipcast/speaker";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SpeakerRoutes } from "../../src/adapters/speaker-routes.ts";

const near = "127.0.0.1";
const far = "127.0.0.2";

describe("a speaker as the announcer sees it", () => {
  let speaker: Speaker;
  let other: Speaker;
  let routes: SpeakerRoutes;
  let port = 0;
  const events: PeerEvent[] = [];
  const received: string[] = [];

  beforeEach(async () => {
    events.length = 0;
    received.length = 0;
    other = new Speaker({ asn: 65000, routerId: "2.2.2.2" });
    ({ port } = await other.listen({ host: far, port: 0 }));
    speaker = new Speaker({ asn: 65001, routerId: "1.1.1.1" });
    routes = new SpeakerRoutes(speaker, (error) => {
      throw error;
    });
    routes.onPeer((event) => events.push(event));
  });
  afterEach(async () => {
    await Promise.all([speaker.close(), other.close()]);
  });

  const handlers: PeerHandlers = {
    onRoutes: ({ announce, withdraw }) => {
      received.push(...announce.map(({ text }) => `+${text}`), ...withdraw.map(({ text }) => `-${text}`));
    },
  };
  const connect = async (families: readonly ("ipv4-unicast" | "ipv6-unicast")[] = ["ipv4-unicast"]): Promise<void> => {
    other.addPeer({ address: near, asn: 65001, passive: true, importPolicy: () => true }, handlers);
    routes.addPeer({ address: far, asn: 65000, port, source: near, families, connectRetry: 1 });
    await until("established");
  };
  const until = async (kind: PeerEvent["kind"]): Promise<PeerEvent> => {
    await expect.poll(() => events.map((event) => event.kind), { timeout: 5000 }).toContain(kind);
    return events.find((event) => event.kind === kind)!;
  };
  const route = (prefix: string) => ({ prefix, attributes: { origin: "igp", nextHop: "self" } }) as const;

  test("reports every attempt, also when one that nobody answers is followed by the next at once", async () => {
    const silent = new Speaker({ asn: 65001, routerId: "1.1.1.1", connect: () => new Socket() });
    const attempts = new SpeakerRoutes(silent, (error) => {
      throw error;
    });
    const kinds: string[] = [];
    attempts.onPeer(({ kind }) => kinds.push(kind));
    attempts.addPeer({ address: far, asn: 65000, connectRetry: 1 });
    await expect.poll(() => kinds.length, { timeout: 8000 }).toBeGreaterThanOrEqual(6);
    expect(kinds.slice(0, 6)).toEqual(["added", "connecting", "down", "connecting", "down", "connecting"]);
    await silent.close();
  });

  test("tells of a session in order, with what was negotiated, and never from inside a call", async () => {
    other.addPeer({ address: near, asn: 65001, passive: true });
    routes.addPeer({ address: far, asn: 65000, port, source: near, holdTime: 6, families: ["ipv4-unicast"] });
    expect(events).toEqual([]);
    expect(await until("established")).toEqual({
      kind: "established",
      peer: far,
      asn: 65000,
      holdTime: 6,
      families: ["ipv4-unicast"],
    });
    expect(events.map(({ kind }) => kind)).toEqual(["added", "connecting", "established"]);
    expect(routes.peers()).toMatchObject([
      { address: far, asn: 65000, internal: false, established: true, state: "Established" },
    ]);
  });

  test("announces, reports what was sent, and withdraws before it resolves", async () => {
    await connect();
    routes.announce(far, [route("192.0.2.10/32"), route("192.0.2.11/32")]);
    expect(await until("sent")).toMatchObject({ announced: ["192.0.2.10/32", "192.0.2.11/32"], withdrawn: [] });
    await routes.withdraw(["192.0.2.10/32", "192.0.2.99/32"]);
    await expect.poll(() => received).toEqual(["+192.0.2.10/32", "+192.0.2.11/32", "-192.0.2.10/32"]);
  });

  test("withdraws at once where no session is up, and announces when one comes", async () => {
    routes.addPeer({ address: far, asn: 65000, port, source: near, families: ["ipv4-unicast"], connectRetry: 1 });
    routes.announce(far, [route("192.0.2.10/32"), route("192.0.2.11/32")]);
    await routes.withdraw(["192.0.2.10/32"]);
    other.addPeer({ address: near, asn: 65001, passive: true, importPolicy: () => true }, handlers);
    await expect.poll(() => received, { timeout: 8000 }).toEqual(["+192.0.2.11/32"]);
  });

  test("says which route a peer cannot be given and why, once", async () => {
    await connect();
    routes.announce(far, [route("2001:db8::10/128")]);
    expect(await until("refused")).toMatchObject({
      peer: far,
      prefix: "2001:db8::10/128",
      message: expect.stringContaining("ipv6-unicast"),
    });
    routes.announce(far, [route("192.0.2.10/32")]);
    await until("sent");
    expect(events.filter(({ kind }) => kind === "refused")).toHaveLength(1);
  });

  test("tells why a session ended, with the NOTIFICATION in words, and remembers it", async () => {
    await connect();
    await other.close({ reason: "moving house" });
    const notification = { code: 6, subcode: 2, direction: "received", text: expect.stringContaining("moving house") };
    expect(await until("down")).toMatchObject({ peer: far, reason: "notification-received", notification });
    expect(routes.peers()).toMatchObject([
      { established: false, lastNotificationReceived: notification, lastDown: expect.any(String) },
    ]);
  });

  test("sees another node's route that a router sends back, although it uses none, until it is withdrawn or the session ends", async () => {
    const vip = "192.0.2.10/32";
    routes.watch(parseVips([{ prefix: vip, lastNodeGuard: true }]).vips);
    expect(routes.siblings(vip)).toBeNull();
    const router = other.addPeer({ address: near, asn: 65001, passive: true });
    routes.addPeer({ address: far, asn: 65000, port, source: near, families: ["ipv4-unicast"], connectRetry: 1 });
    await until("established");
    expect(routes.siblings(vip)).toEqual([]);
    // Our own AS is in the path: RFC 4271 §9 keeps it out of use.
    const reflected = (id: number) => ({ asPath: [65001], largeCommunities: [`65001:1:${id}`] });
    router.routes.set([{ prefix: vip, attributes: reflected(0x0a000002) }]);
    await expect.poll(() => routes.siblings(vip)).toEqual(["10.0.0.2"]);
    router.routes.set([{ prefix: vip, attributes: reflected(0x01010101) }]);
    await expect.poll(() => routes.siblings(vip)).toEqual([]);
    router.routes.set([{ prefix: vip, attributes: reflected(0x0a000003) }]);
    await expect.poll(() => routes.siblings(vip)).toEqual(["10.0.0.3"]);
    router.routes.set([]);
    await expect.poll(() => routes.siblings(vip)).toEqual([]);
    router.routes.set([{ prefix: vip, attributes: reflected(0x0a000002) }]);
    await expect.poll(() => routes.siblings(vip)).toEqual(["10.0.0.2"]);
    await routes.removePeer(far);
    expect(routes.siblings(vip)).toBeNull();
  });

  test("asks again for what a router sent before a virtual IP was watched", async () => {
    const vip = "192.0.2.10/32";
    const router = other.addPeer({ address: near, asn: 65001, passive: true });
    router.routes.set([{ prefix: vip, attributes: { asPath: [65001], largeCommunities: ["65001:1:167772162"] } }]);
    routes.addPeer({ address: far, asn: 65000, port, source: near, families: ["ipv4-unicast"], connectRetry: 1 });
    await until("established");
    await router.routes.flushed();
    expect(routes.siblings(vip)).toBeNull();
    routes.watch(parseVips([{ prefix: vip, lastNodeGuard: true }]).vips);
    await expect.poll(() => routes.siblings(vip)).toEqual(["10.0.0.2"]);
  });

  test("refuses a bad route with a stable code and changes nothing", async () => {
    await connect();
    const bad = { prefix: "192.0.2.10/32", attributes: { origin: "igp", nextHop: "self", med: -1 } } as const;
    expect(() => routes.announce(far, [route("192.0.2.11/32"), bad])).toThrow(
      expect.objectContaining({ code: "ERR_SPEAKER_ROUTE" }),
    );
    routes.announce(far, [route("192.0.2.12/32")]);
    await expect.poll(() => received).toEqual(["+192.0.2.12/32"]);
  });
});
