import { acceptAll, formatPrefix, LocRib, type LocRibChange } from "@vipcast/bgp";
import { expect, test } from "vitest";
import { established, pair, speaker, until, up } from "../support.ts";

/** More than one slice of forgetting. */
const many = 40_000;

function hostRoutes(count: number): { prefix: string }[] {
  return Array.from({ length: count }, (_, n) => ({ prefix: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/32` }));
}

test("accepted routes go into the speaker's Loc-RIB, which knows who they come from, and leave it with their session", async () => {
  const locRib = new LocRib();
  const told: LocRibChange[] = [];
  locRib.watch((changes) => told.push(...changes));
  const { a, b, speakerA } = await established({ b: { importPolicy: acceptAll }, speakerB: { locRib } });
  a.routes.set([{ prefix: "192.0.2.1/32" }, { prefix: "2001:db8::1/128" }]);
  await until(() => locRib.size === 2, "both routes are there");
  const [first] = told;
  expect(first?.best?.source).toMatchObject({ name: b.address, routerId: 0x0a00_0001, asn: 65001, internal: false });
  expect(told.map(({ prefix }) => formatPrefix(prefix)).sort()).toEqual(["192.0.2.1/32", "2001:db8::1/128"]);
  await speakerA.close();
  await until(() => locRib.size === 0, "the routes are gone");
  expect(locRib.attributes.size).toBe(0);
});

test("a large table is forgotten in slices, with turns of the event loop between them", async () => {
  const locRib = new LocRib();
  const left: number[] = [];
  const { a, b, speakerA } = await established({ b: { importPolicy: acceptAll }, speakerB: { locRib } });
  a.routes.set(hostRoutes(many));
  await until(() => locRib.size === many, "the routes are there");
  locRib.watch(() => left.push(locRib.size));
  await speakerA.close();
  await until(() => b.adjRibIn.size === 0, "everything is forgotten");
  expect(left.length).toBeGreaterThan(2);
  expect([left.at(-1), locRib.attributes.size]).toEqual([0, 0]);
});

test("a policy that has changed is asked about a large table in slices", async () => {
  const locRib = new LocRib();
  let wanted = true;
  const { a, b } = await established({
    b: { importPolicy: ({ bytes }) => wanted || bytes[3] === 1 },
    speakerB: { locRib },
  });
  a.routes.set(hostRoutes(many));
  await until(() => locRib.size === many, "the routes are there");
  const left: number[] = [];
  locRib.watch(() => left.push(locRib.size));
  // Asking the peer instead would bring back what is refused from now on.
  b.refresh = () => [];
  wanted = false;
  b.softReset("in");
  await until(() => locRib.size === Math.ceil((many - 1) / 256), "only the wanted routes are left");
  expect(left.length).toBeGreaterThan(2);
  expect(b.adjRibIn.size).toBe(locRib.size);
});

test("between two eBGP neighbours nothing leaks: nothing is accepted or announced that nobody asked for (RFC 8212 §3)", async () => {
  const locRib = new LocRib();
  const { a, b, speakerB } = await pair({ speakerB: { locRib } });
  await up(a);
  // A second neighbour of B, whose routes B accepts.
  const third = speaker({ asn: 65003, routerId: "10.0.0.3" });
  const { port } = await third.listen({ host: "127.0.0.3", port: 0 });
  const c = third.addPeer({ address: "127.0.0.2", asn: 65000, passive: true, importPolicy: acceptAll });
  const toThird = speakerB.addPeer({
    address: "127.0.0.3",
    asn: 65003,
    port,
    source: "127.0.0.2",
    connectRetry: 1,
    importPolicy: acceptAll,
  });
  await up(c);
  a.routes.set([{ prefix: "192.0.2.1/32" }]);
  c.routes.set([{ prefix: "192.0.2.3/32" }]);
  await a.routes.flushed();
  await until(() => locRib.size === 1, "the accepted route is there");
  // From A, for which B has no policy, nothing was taken; and what C sent went nowhere.
  expect([...locRib.entries()].map(({ prefix }) => formatPrefix(prefix))).toEqual(["192.0.2.3/32"]);
  const announced = [b, toThird].map((peer) => peer.snapshot().routes.advertised);
  expect([b.adjRibIn.size, ...announced, c.adjRibIn.size]).toEqual([0, 0, 0, 0]);
});

test("tables of several neighbours that are lost together are forgotten in turns that all of them share", async () => {
  const locRib = new LocRib();
  const collector = speaker({ asn: 65000, routerId: "10.0.0.1", locRib });
  const { port } = await collector.listen({ host: "127.0.0.1", port: 0 });
  const lost = Array.from({ length: 4 }, (_, n) => {
    const sender = speaker({ asn: 65001 + n, routerId: `10.0.1.${n + 1}` });
    const address = `127.0.0.${n + 11}`;
    const there = collector.addPeer({ address, asn: 65001 + n, passive: true, importPolicy: acceptAll });
    const peer = sender.addPeer({ address: "127.0.0.1", asn: 65000, port, source: address });
    peer.routes.set(Array.from({ length: 8000 }, (_, m) => ({ prefix: `10.${n}.${m >> 8}.${m & 255}/32` })));
    return { sender, there };
  });
  await until(() => locRib.size === 32_000, "all routes are there");
  let inTurn = 0;
  let most = 0;
  locRib.watch((changes) => {
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    inTurn += changes.length;
    most = Math.max(most, inTurn);
  });
  for (const { there } of lost) collector.removePeer(there);
  await until(() => locRib.size === 0, "everything is forgotten");
  // One turn for all of them would be as many as there were.
  expect(most).toBeLessThan(32_000);
});

test("a watcher of the Loc-RIB that throws is reported, and costs neither the session nor a route", async () => {
  const locRib = new LocRib();
  const errors: string[] = [];
  const { a, b } = await established({
    b: { importPolicy: acceptAll },
    speakerB: { locRib },
    handlersB: { onError: ({ message }: Error) => errors.push(message) },
  });
  const forget = locRib.watch(() => {
    throw new Error("no room");
  });
  a.routes.set([{ prefix: "192.0.2.1/32" }, { prefix: "192.0.2.2/32" }]);
  await until(() => locRib.size === 2, "both routes are there");
  forget();
  expect(b.snapshot().state).toBe("Established");
  expect(new Set(errors)).toEqual(new Set(["a watcher of the Loc-RIB threw: no room"]));
});
