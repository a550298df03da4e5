import { acceptAll, CeaseSubcode, type FsmStateName, MessageType, NotificationCode } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import type { PeerDown, PeerNotification } from "../../src/index.ts";
import { down, established, pair, pauseFor, type RawPeer, rawListener, speaker, until, up } from "../support.ts";
import { VirtualClock } from "../virtual-clock.ts";

describe("a session", () => {
  test("comes up between two speakers, and both ends say with whom and on what terms", async () => {
    const states: FsmStateName[] = [];
    const { a, b } = await established({
      a: { holdTime: 30, description: "rack 7" },
      b: { holdTime: 12, families: ["ipv4-unicast"] },
      handlersA: { onState: ({ to }) => void states.push(to) },
    });
    expect(states).toEqual(["Connect", "OpenSent", "OpenConfirm", "Established"]);
    const seen = a.snapshot();
    expect(seen).toMatchObject({
      address: "127.0.0.2",
      asn: 65000,
      description: "rack 7",
      state: "Established",
      closed: false,
    });
    expect(seen.session).toMatchObject({
      holdTime: 12,
      keepalive: 4,
      families: ["ipv4-unicast"],
      routerId: "10.0.0.2",
    });
    expect(seen.session?.localAddress).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(seen.session?.remoteAddress).toBe(b.snapshot().session?.localAddress);
    expect(Math.abs(Date.parse(seen.since) - Date.now())).toBeLessThan(60_000);
    expect(seen.counters.established).toBe(1);
    expect(b.snapshot().session).toMatchObject({ holdTime: 12, routerId: "10.0.0.1" });
  });

  test("comes up over IPv6 too", async () => {
    const { a } = await established({ hosts: ["::1", "::1"] });
    expect(a.snapshot().session?.remoteAddress).toMatch(/^\[::1\]:\d+$/);
  });

  test("with hold time 0 at one end has neither hold timer nor keepalives", async () => {
    const { a } = await established({ b: { holdTime: 0 } });
    expect(a.snapshot().session).toMatchObject({ holdTime: 0, keepalive: 0 });
  });

  test("is one, and stays, when both ends dial at the same moment", async () => {
    const speakerA = speaker();
    const speakerB = speaker({ asn: 65000, routerId: "10.0.0.2" });
    const boundA = await speakerA.listen({ host: "127.0.0.1", port: 0 });
    const boundB = await speakerB.listen({ host: "127.0.0.2", port: 0 });
    let downs = 0;
    const handlers = { onDown: ({ wasEstablished }: PeerDown) => void (wasEstablished && downs++) };
    const a = speakerA.addPeer({ address: "127.0.0.2", asn: 65000, port: boundB.port, source: "127.0.0.1" }, handlers);
    const b = speakerB.addPeer({ address: "127.0.0.1", asn: 65001, port: boundA.port, source: "127.0.0.2" }, handlers);
    await up(a);
    await up(b);
    await pauseFor(300);
    expect(downs).toBe(0);
    expect(a.snapshot().session?.localAddress).toBe(b.snapshot().session?.remoteAddress);
  });

  test("comes back by itself after the peer was stopped and started again", async () => {
    const downs: PeerDown[] = [];
    const { a, speakerA, speakerB } = await established({
      handlersA: { onDown: (event) => void downs.push(event) },
    });
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await a.routes.flushed();
    const port = Number(a.snapshot().session?.remoteAddress.split(":")[1]);
    await speakerB.close({ reason: "new kernel" });
    await down(a);
    expect(downs[0]).toMatchObject({ reason: "notification-received", wasEstablished: true });
    expect(downs[0]?.notification?.text).toBe('Cease / Administrative Shutdown: "new kernel"');
    await until(() => downs.length > 1, "a new attempt was refused");
    expect(downs[1]).toMatchObject({ reason: "connect-failed", wasEstablished: false });
    expect(downs[1]?.cause).toMatch(/ECONNREFUSED.*nothing listens there/);

    const again = speaker({ asn: 65000, routerId: "10.0.0.2" });
    await again.listen({ host: "127.0.0.2", port });
    const b = again.addPeer({ address: "127.0.0.1", asn: speakerA.asn, passive: true, importPolicy: acceptAll });
    await up(a);
    await until(() => b.adjRibIn.size === 1, "the route is announced again");
    expect(a.snapshot().counters.established).toBe(2);
  });

  test("ends with a hold timer NOTIFICATION when the peer falls silent", async () => {
    const clock = new VirtualClock();
    const listener = await rawListener("127.0.0.2");
    const options = { address: "127.0.0.2", asn: 65000, port: listener.port, holdTime: 3, keepalive: 1 };
    const a = speaker({ clock }).addPeer(options);
    const raw = await listener.next();
    await raw.establish(65000, "10.0.0.2");
    await up(a);
    await clock.advance(2999);
    expect(a.snapshot().state).toBe("Established");
    await clock.advance(1);
    await until(() => raw.notification !== undefined, "the silence is noticed");
    expect(a.snapshot().lastDown?.reason).toBe("hold-timer-expired");
    expect(raw.notification).toMatchObject({ code: NotificationCode.HoldTimerExpired, subcode: 0 });
    expect(a.snapshot().lastNotificationSent?.text).toMatch(/Hold Timer Expired/);
  });

  test.each([
    ["a FIN", (raw: RawPeer) => raw.socket.end(), "connection-closed"],
    ["a reset", (raw: RawPeer) => raw.socket.resetAndDestroy(), "connection-reset"],
  ])("ended by %s says so", async (_name, act, reason) => {
    const listener = await rawListener("127.0.0.2");
    const downs: PeerDown[] = [];
    const a = speaker().addPeer(
      { address: "127.0.0.2", asn: 65000, port: listener.port },
      { onDown: (event) => void downs.push(event) },
    );
    const raw = await listener.next();
    await raw.establish(65000, "10.0.0.2");
    await up(a);
    act(raw);
    await until(() => downs.length > 0, "the end is noticed");
    expect(downs[0]).toMatchObject({ reason, wasEstablished: true });
    expect(downs[0]?.cause).toMatch(/ /);
  });
});

describe("what a peer sends", () => {
  test("outlives a malformed UPDATE, which is logged with its prefixes (RFC 7606 §6)", async () => {
    const warnings: object[] = [];
    const quiet = (): void => undefined;
    const logger = { debug: quiet, info: quiet, warn: (fields: object) => void warnings.push(fields), error: quiet };
    const listener = await rawListener("127.0.0.2");
    const a = speaker({ logger }).addPeer({ address: "127.0.0.2", asn: 65000, port: listener.port });
    const raw = await listener.next();
    await raw.establish(65000, "10.0.0.2");
    await up(a);
    // ORIGIN 9, and no other attribute.
    raw.socket.write(Buffer.from(`${"ff".repeat(16)}002002000000044001010920c0000201`, "hex"));
    await until(() => warnings.length > 0, "it is logged");
    expect(warnings[0]).toMatchObject({ peer: "127.0.0.2", prefixes: ["192.0.2.1/32"] });
    expect(a.snapshot().state).toBe("Established");
  });

  test("garbage ends the session with the right NOTIFICATION, and the next one is up by itself", async () => {
    const sent: PeerNotification[] = [];
    const listener = await rawListener("127.0.0.2");
    const a = speaker().addPeer(
      { address: "127.0.0.2", asn: 65000, port: listener.port, connectRetry: 1 },
      { onNotification: (notification) => void sent.push(notification) },
    );
    const first = await listener.next();
    await first.establish(65000, "10.0.0.2");
    await up(a);
    first.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until(() => first.notification !== undefined, "the NOTIFICATION arrives");
    expect(first.notification).toMatchObject({ code: NotificationCode.MessageHeaderError, subcode: 1 });
    expect(sent[0]).toMatchObject({ direction: "sent", code: 1, subcode: 1 });
    const second = await listener.next();
    await second.establish(65000, "10.0.0.2");
    await up(a);
  });

  test("a wrong AS is refused, with the remedy in the snapshot", async () => {
    const { a } = await pair({ a: { asn: 65009 } });
    await until(() => a.snapshot().lastDown !== undefined, "the session is refused");
    expect(a.snapshot().lastDown?.cause).toMatch(/its AS is 65000, we expect 65009/);
    expect(a.snapshot().lastNotificationSent).toMatchObject({ code: NotificationCode.OpenMessageError });
  });
});

function bad(): never {
  throw new Error("no");
}

describe("handlers", () => {
  test("that throw, or reject, are reported to onError and the session lives", async () => {
    const errors: string[] = [];
    const bad = (name: string) => () => {
      throw new Error(`bad ${name}`);
    };
    const { a, b } = await established({
      b: { importPolicy: acceptAll },
      handlersB: {
        onOpen: bad("onOpen"),
        onEstablished: async () => bad("onEstablished")(),
        onUpdate: bad("onUpdate"),
        onRoutes: bad("onRoutes"),
        onState: bad("onState"),
        onEndOfRib: bad("onEndOfRib"),
        onError: (error) => void errors.push(error.message),
      },
    });
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await until(() => b.adjRibIn.size === 1, "the route is accepted");
    for (const name of ["onOpen", "onEstablished", "onUpdate", "onRoutes", "onState", "onEndOfRib"]) {
      await until(() => errors.includes(`the ${name} handler threw: bad ${name}`), `${name} is reported`);
    }
    expect(b.snapshot()).toMatchObject({ state: "Established", counters: { established: 1 } });
  });

  test("that return something else than a NOTIFICATION are reported to onError and the session lives", async () => {
    const errors: string[] = [];
    const handlers: Record<string, unknown> = {
      onOpen: () => true,
      onUpdate: () => ({ code: 6, subcode: 2, data: new Uint8Array(5000) }),
      onError: (error: Error) => void errors.push(error.message),
    };
    const { a, b } = await established({ handlersB: handlers });
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await until(() => errors.length >= 2, "both are reported");
    expect(errors[0]).toMatch(/^the onOpen handler returned neither undefined nor a NOTIFICATION/);
    expect(errors[1]).toMatch(/^the onUpdate handler returned neither/);
    expect(b.snapshot().state).toBe("Established");
  });

  test.each([
    ["throws", () => bad()],
    ["rejects", async () => bad()],
  ])("an onError that %s harms nobody", async (_how, onError) => {
    const logged: string[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (_fields: object, message: string) => void logged.push(message),
    };
    const { a } = await established({ speakerA: { logger }, handlersA: { onEstablished: bad, onError } });
    expect(a.snapshot().state).toBe("Established");
    await until(() => logged.includes("the onError handler threw: no"), "it is logged");
  });

  test.each([
    ["throws", bad, "no"],
    ["is asynchronous", async () => bad(), "it is asynchronous, and a route cannot wait for it"],
    ["decides nothing", () => undefined, "it returned undefined, which is neither true, nor false, nor attributes"],
  ])("an import policy that %s refuses the route", async (_how, policy, words) => {
    const errors: Error[] = [];
    const options: Record<string, unknown> = { importPolicy: policy };
    const { a, b } = await established({ b: options, handlersB: { onError: (error) => void errors.push(error) } });
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await until(() => errors.length > 0, "the policy is asked");
    expect(errors[0]?.message).toBe(`the import policy threw on 192.0.2.10/32: ${words}`);
    expect(b.adjRibIn.size).toBe(0);
  });

  test("onOpen can refuse the session with a NOTIFICATION of its own", async () => {
    const refusal = { code: NotificationCode.Cease, subcode: CeaseSubcode.ConnectionRejected, data: new Uint8Array(0) };
    let ups = 0;
    const { a } = await pair({ handlersB: { onOpen: () => refusal, onEstablished: () => void ups++ } });
    await until(() => a.snapshot().lastNotificationReceived !== undefined, "the refusal arrives");
    expect(a.snapshot().lastNotificationReceived?.text).toBe("Cease / Connection Rejected");
    expect(ups).toBe(0);
  });

  test("onUpdate can end the session with a NOTIFICATION of its own", async () => {
    const enough = {
      code: NotificationCode.Cease,
      subcode: CeaseSubcode.MaximumNumberOfPrefixesReached,
      data: new Uint8Array(0),
    };
    const { a } = await established({ handlersB: { onUpdate: () => enough } });
    a.routes.set([{ prefix: "192.0.2.10/32" }]);
    await until(() => a.snapshot().lastNotificationReceived !== undefined, "the end arrives");
    expect(a.snapshot().lastNotificationReceived).toMatchObject({ code: 6, subcode: 1 });
  });
});

describe("a paused peer", () => {
  test("gets no UPDATE, keeps its session over the hold time, and gets everything when resumed", async () => {
    const clocks = [new VirtualClock(), new VirtualClock()] as const;
    const { a, b } = await established({
      a: { holdTime: 3, keepalive: 1 },
      b: { holdTime: 3, importPolicy: acceptAll },
      speakerA: { clock: clocks[0] },
      speakerB: { clock: clocks[1] },
    });
    b.pause();
    a.routes.set([{ prefix: "192.0.2.10/32" }, { prefix: "2001:db8::10/128" }]);
    await a.routes.flushed();
    for (let passedMs = 0; passedMs < 7000; passedMs += 500) {
      for (const clock of clocks) await clock.advance(500);
      await pauseFor(5);
    }
    expect(b.snapshot()).toMatchObject({ state: "Established", paused: true, counters: { established: 1 } });
    expect(b.adjRibIn.size).toBe(0);
    a.routes.apply({ withdraw: ["192.0.2.10/32"] });
    await a.routes.flushed();
    b.resume();
    await until(() => b.adjRibIn.size === 1, "what was held back has been delivered in order");
    expect(b.snapshot()).toMatchObject({ state: "Established", paused: false });
  });
});

test("a pause that outlasts the hold time, with more held back than is kept, is not called the peer's silence", async () => {
  const clock = new VirtualClock();
  const { a, b } = await established({ b: { holdTime: 3 }, speakerB: { clock } });
  b.pause();
  const communities = Array.from({ length: 400 }, (_, index) => index);
  const route = (med: number) => ({ prefix: `10.0.${med >> 8}.${med & 255}/32`, attributes: { med, communities } });
  a.routes.set(Array.from({ length: 1500 }, (_, med) => route(med)));
  await a.routes.flushed();
  await pauseFor(200);
  await clock.advance(3000);
  await down(b);
  expect(b.snapshot().lastDown?.reason).toBe("hold-timer-expired");
  expect(b.snapshot().lastDown?.cause).toMatch(/^this program kept the peer paused for longer than the hold time/);
});

test("a peer that is paused while megabytes arrive loses nothing", async () => {
  const { a, b } = await established({ b: { importPolicy: acceptAll } });
  b.pause();
  const communities = Array.from({ length: 150 }, (_, index) => index);
  const count = 5000;
  const prefixes = Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}/32`);
  a.routes.set(prefixes.map((prefix, med) => ({ prefix, attributes: { med, communities } })));
  await a.routes.flushed();
  await pauseFor(200);
  expect(b.adjRibIn.size).toBe(0);
  b.resume();
  await until(() => b.adjRibIn.size === count, "everything has arrived");
  expect(b.adjRibIn.attributeSets).toBe(count);
});

test("a peer's message types are all counted", async () => {
  const listener = await rawListener("127.0.0.2");
  const a = speaker().addPeer({ address: "127.0.0.2", asn: 65000, port: listener.port });
  const raw = await listener.next();
  await raw.establish(65000, "10.0.0.2");
  await up(a);
  await until(() => raw.count(MessageType.Update) === 1, "End-of-RIB arrives");
  expect(a.snapshot().counters).toMatchObject({ messagesReceived: 2, messagesSent: 3, updatesSent: 1 });
});
