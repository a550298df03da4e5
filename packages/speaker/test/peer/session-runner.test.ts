import { acceptAll, NotificationCode } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { pair, RawPeer, rawListener, speaker, until, up } from "../support.ts";
import { VirtualClock } from "../virtual-clock.ts";

test("a session survives a stall of our own process that is longer than the hold time, when the peer has kept talking", async () => {
  const warnings: string[] = [];
  const note = (_fields: object, message: string): void => void warnings.push(message);
  const logger = { debug: () => undefined, info: () => undefined, warn: note, error: note };
  const clock = new VirtualClock();
  const listener = await rawListener("127.0.0.2");
  const a = speaker({ logger, clock }).addPeer({
    address: "127.0.0.2",
    asn: 65000,
    port: listener.port,
    holdTime: 3,
    keepalive: 1,
  });
  const raw = await listener.next();
  await raw.establish(65000, "10.0.0.2");
  await up(a);
  // The KEEPALIVE is in our receive buffer before we stall, and is read after it.
  raw.keepalive();
  clock.skip(3500);
  await clock.advance(0);
  expect(a.snapshot().state).toBe("Established");
  expect(warnings.join()).toMatch(/this process was blocked for \d\.\d s/);
});

test("no session is lost for what has been read and still waits for its turn, however slow the handlers of the others", async () => {
  const clock = new VirtualClock();
  const node = speaker({ clock });
  const { port } = await node.listen({ host: "127.0.0.1", port: 0 });
  const hosts = Array.from({ length: 12 }, (_, index) => `127.0.0.${index + 2}`);
  const heard = hosts.map(() => 0);
  const heardWhenLost: number[] = [];
  const peers = hosts.map((address, index) =>
    node.addPeer(
      { address, asn: 65000, passive: true, holdTime: 3 },
      {
        onUpdate: () => {
          heard[index]!++;
          clock.skip(1000);
        },
        onDown: () => heardWhenLost.push(heard[index]!),
      },
    ),
  );
  const raws: RawPeer[] = [];
  for (const host of hosts) {
    const raw = await RawPeer.connect(port, "127.0.0.1", host);
    raws.push(raw);
    await raw.establish(65000, host);
  }
  for (const peer of peers) await up(peer);
  const withdraw = Buffer.from("ffffffffffffffffffffffffffffffff001c02000520cb0071010000", "hex");
  for (const raw of raws) raw.socket.write(Buffer.concat(new Array<Buffer>(20).fill(withdraw)));
  for (let step = 0; step < 200 && heard.some((updates) => updates < 20); step++) await clock.advance(0);
  await clock.advance(10_000);
  // In the end all are silent for longer than their hold time; none before everything that it had sent was heard.
  expect(heardWhenLost).toEqual(hosts.map(() => 20));
});

describe("handlers", () => {
  test("may remove their peer from within", async () => {
    const { a, b, speakerB } = await pair({
      handlersB: { onEstablished: (_negotiated, peer) => void speakerB.removePeer(peer) },
    });
    await until(() => a.snapshot().lastNotificationReceived !== undefined, "the goodbye arrives");
    expect(a.snapshot().lastNotificationReceived?.text).toMatch(/Peer De-configured/);
    expect(b.snapshot()).toMatchObject({ closed: true, state: "Idle" });
    expect(speakerB.peers).toEqual([]);
  });

  test("hear of no more routes once they have removed their peer, however many the chunk still holds", async () => {
    let updates = 0;
    const { a, b, speakerB } = await pair({
      b: { importPolicy: acceptAll },
      handlersB: {
        onUpdate: (_message, peer) => {
          updates++;
          void speakerB.removePeer(peer);
        },
      },
    });
    a.routes.set(Array.from({ length: 50 }, (_, med) => ({ prefix: `192.0.2.${med}/32`, attributes: { med } })));
    await until(() => a.snapshot().lastNotificationReceived !== undefined, "the goodbye arrives");
    expect([updates, b.adjRibIn.size]).toEqual([1, 0]);
  });

  test("may close their speaker from within, and the promise keeps its word", async () => {
    let closing: Promise<void> | undefined;
    const { b, speakerB } = await pair({
      handlersB: {
        onEstablished: () => {
          closing = speakerB.close();
        },
      },
    });
    await until(() => closing !== undefined, "the session is established");
    await closing;
    expect(b.snapshot()).toMatchObject({ closed: true, state: "Idle", routes: { pending: 0 } });
    expect(b.snapshot().lastNotificationSent).toMatchObject({ code: NotificationCode.Cease, subcode: 2 });
  });
});
