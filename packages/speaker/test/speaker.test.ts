import { createServer, type Server } from "node:net";
import { MessageType } from "@vipcast/bgp";
import { describe, expect, test } from "vitest";
import { type Clock, Speaker, SpeakerError } from "../src/index.ts";
import { systemClock } from "../src/system-clock.ts";
import { connectPlain, listenPlain } from "../src/transport/plain-transport.ts";
import { established, pauseFor, RawPeer, rawListener, speaker, until, up } from "./support.ts";

describe("options", () => {
  test.each([
    [{ asn: 0 }, /asn is 0/],
    [{ asn: 65536.5 }, /asn is 65536.5/],
    [{ routerId: "0.0.0.0" }, /routerId "0.0.0.0" is not/],
    [{ routerId: "::1" }, /routerId "::1" is not/],
  ])("%o is refused", (options, message) => {
    expect(() => new Speaker({ asn: 65001, routerId: "10.0.0.1", ...options })).toThrow(message);
  });

  test("a second peer with one address, in whatever spelling, is refused", () => {
    const local = speaker();
    local.addPeer({ address: "2001:db8::1", asn: 65000, passive: true });
    const act = (): unknown => local.addPeer({ address: "2001:DB8:0::1", asn: 65000, passive: true });
    expect(act).toThrow(/peer 2001:db8::1 is configured already/);
    expect(act).toThrow(SpeakerError);
  });

  test("a peer that a listener cannot take is not added, and may be added again", async () => {
    let full = true;
    const local = speaker({
      peersChanged: () => {
        if (full) throw new Error("no room for another key");
      },
    });
    await local.listen({ host: "127.0.0.1", port: 0 });
    const act = (): unknown => local.addPeer({ address: "127.0.0.2", asn: 65000, passive: true });
    expect(act).toThrow("no room for another key");
    expect(local.peers).toEqual([]);
    full = false;
    expect(act).not.toThrow();
  });

  test.each([{ password: "secret" }, { ttlSecurity: 1 }, { multihop: 2 }, { interface: "lo" }])(
    "%o is refused where nothing injected can honour it",
    (options) => {
      const act = (): unknown => speaker().addPeer({ address: "127.0.0.2", asn: 65000, ...options });
      expect(act).toThrow(
        /node:net cannot set the socket option that ".*" needs; give the Speaker a "connect" function/,
      );
    },
  );
});

describe("listen", () => {
  test("says where, several times over, and keeps the system's own errors", async () => {
    const local = speaker();
    const first = await local.listen({ host: "127.0.0.1", port: 0 });
    const second = await local.listen({ host: "::1", port: 0 });
    expect([first.host, second.host]).toEqual(["127.0.0.1", "::1"]);
    expect(first.port).toBeGreaterThan(0);
    await expect(local.listen({ host: "127.0.0.1", port: first.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(local.listen({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
  });

  test("leaves no server behind that cannot take a peer which came meanwhile", async () => {
    let made: Server | undefined;
    const local = speaker({
      listen: async (options) => {
        made = await listenPlain(options);
        return made;
      },
      peersChanged: () => {
        throw new Error("no room for another key");
      },
    });
    const listening = local.listen({ host: "127.0.0.1", port: 0 });
    local.addPeer({ address: "127.0.0.2", asn: 65000, passive: true });
    await expect(listening).rejects.toThrow("no room for another key");
    expect(made?.listening).toBe(false);
  });

  test("tells strangers off with Cease / Connection Rejected, and logs them at a bounded rate", async () => {
    const lines: string[] = [];
    const quiet = (): void => undefined;
    const logger = {
      debug: quiet,
      info: quiet,
      error: quiet,
      warn: (_f: object, message: string) => void lines.push(message),
    };
    const local = speaker({ logger });
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const strangers = await Promise.all(
      Array.from({ length: 30 }, () => RawPeer.connect(port, "127.0.0.1", "127.0.0.9")),
    );
    await until(() => strangers.every((stranger) => stranger.ended), "all are sent away");
    for (const stranger of strangers) expect(stranger.notification).toMatchObject({ code: 6, subcode: 5 });
    expect(lines.length).toBe(10);
    expect(lines[0]).toBe("closed a connection from 127.0.0.9: no peer with this address is configured");
  });

  test("knows an IPv4 peer on an IPv6 listener that takes both", async () => {
    const both = async (options: { host: string; port: number }): Promise<Server> => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen({ host: "::", port: options.port, ipv6Only: false }, resolve));
      return server;
    };
    const local = speaker({ listen: both });
    const { port } = await local.listen({ host: "::", port: 0 });
    const peer = local.addPeer({ address: "127.0.0.9", asn: 65000, passive: true });
    const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
    await raw.establish(65000, "10.0.0.2");
    await up(peer);
    expect(peer.snapshot().session).toMatchObject({ remoteAddress: expect.stringMatching(/^127\.0\.0\.9:/) });
  });

  test("a peer that connects again while its session is fresh does not disturb it", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const peer = local.addPeer({ address: "127.0.0.9", asn: 65000, passive: true });
    const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
    await raw.establish(65000, "10.0.0.2");
    await up(peer);
    const second = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
    second.open(65000, "10.0.0.2");
    await until(() => second.ended, "the second connection is closed");
    raw.keepalive();
    await pauseFor(50);
    expect(peer.snapshot()).toMatchObject({ state: "Established", counters: { established: 1 } });
  });

  test("a half-open connection of a restarted peer gives way to a new one", async () => {
    const local = speaker();
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const peer = local.addPeer({ address: "127.0.0.9", asn: 65000, passive: true });
    const old = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
    await until(() => old.count(MessageType.Open) === 1, "our OPEN arrives");
    const fresh = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
    await fresh.establish(65000, "10.0.0.2");
    await up(peer);
    await until(() => old.ended, "the old connection is closed");
  });
});

describe("an injected transport", () => {
  test("gets protection, learns of peers that come and go, and may refuse an accepted socket", async () => {
    const dialled: object[] = [];
    const changes: object[] = [];
    let accepted = 0;
    const local = speaker({
      connect: (options) => {
        dialled.push(options);
        return connectPlain({ host: options.host, port: options.port });
      },
      listen: ({ host, port }) => listenPlain({ host, port, peers: [] }),
      peersChanged: (_server, change) => void changes.push(change),
      accepted: () => {
        accepted++;
        throw new Error("setsockopt: EPERM");
      },
    });
    const listener = await rawListener("127.0.0.2");
    const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
    const peer = local.addPeer({
      address: "127.0.0.2",
      asn: 65000,
      port: listener.port,
      password: "secret",
      ttlSecurity: 1,
    });
    const known = { address: "127.0.0.2", password: "secret", ttlSecurity: 1 };
    expect(changes).toEqual([{ added: [known], removed: [] }]);
    await listener.next();
    expect(dialled[0]).toEqual({ host: "127.0.0.2", port: listener.port, password: "secret", ttlSecurity: 1 });
    const inbound = await RawPeer.connect(port, "127.0.0.1", "127.0.0.2");
    await until(() => inbound.ended, "the inbound connection is closed");
    expect([accepted, inbound.messages]).toEqual([1, []]);
    await local.removePeer(peer);
    expect(changes[1]).toEqual({ added: [], removed: [known] });
  });

  test("a connect that throws is a failed dial, told in words and tried again", async () => {
    let attempts = 0;
    const local = speaker({
      connect: () => {
        attempts++;
        throw Object.assign(new Error("setsockopt TCP_MD5SIG: EPERM"), { code: "EPERM" });
      },
    });
    const peer = local.addPeer({ address: "127.0.0.2", asn: 65000, password: "secret", connectRetry: 1 });
    await until(() => attempts > 2, "it is tried again");
    expect(peer.snapshot().lastDown?.cause).toMatch(/TCP_MD5SIG: EPERM/);
  });
});

describe("close", () => {
  test("says why to every peer, once, and refuses everything after it", async () => {
    const { b, speakerA, a } = await established();
    const closing = speakerA.close({ reason: "maintenance until 14:00" });
    expect(speakerA.close()).toBe(closing);
    await closing;
    await until(() => b.snapshot().lastNotificationReceived !== undefined, "the goodbye arrives");
    expect(b.snapshot().lastNotificationReceived?.text).toBe(
      'Cease / Administrative Shutdown: "maintenance until 14:00"',
    );
    expect(a.snapshot()).toMatchObject({ closed: true, state: "Idle" });
    expect(() => speakerA.addPeer({ address: "127.0.0.5", asn: 1 })).toThrow(
      expect.objectContaining({ code: "ERR_SPEAKER_CLOSED" }),
    );
    await expect(speakerA.listen({ host: "127.0.0.1", port: 0 })).rejects.toMatchObject({ code: "ERR_SPEAKER_CLOSED" });
  });

  test("leaves no socket, server or timer, however many times and in whatever state", async () => {
    const sockets = (): string[] => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"));
    let timers = 0;
    const clock: Clock = {
      ...systemClock,
      timer(callback, delayMs) {
        timers++;
        const stop = systemClock.timer(() => {
          timers--;
          ended = true;
          callback();
        }, delayMs);
        let ended = false;
        return () => {
          if (!ended) timers--;
          ended = true;
          stop();
        };
      },
    };
    // libuv forgets a closed handle one turn after its close was reported.
    await pauseFor(5);
    expect(sockets()).toEqual([]);
    for (let round = 0; round < 50; round++) {
      const one = speaker({ clock });
      const two = speaker({ clock, asn: 65000, routerId: "10.0.0.2" });
      const { port } = await two.listen({ host: "127.0.0.2", port: 0 });
      two.addPeer({ address: "127.0.0.1", asn: 65001, passive: true });
      const peer = one.addPeer({ address: "127.0.0.2", asn: 65000, port, source: "127.0.0.1" });
      one.addPeer({ address: "127.0.0.3", asn: 65000, port: 1 });
      peer.routes.set([{ prefix: "192.0.2.10" }]);
      if (round % 3 === 0) await up(peer);
      if (round % 3 === 1) await pauseFor(round % 5);
      await Promise.all([one.close(), two.close({ reason: "again" })]);
      expect(timers).toBe(0);
      await pauseFor(5);
      expect(sockets()).toEqual([]);
    }
  });

  test("is closed for handlers that it calls: what they add or close on the way is not left behind", async () => {
    const local = speaker();
    await local.listen({ host: "127.0.0.1", port: 0 });
    const refusals: string[] = [];
    let inner: Promise<void> | undefined;
    const options = { address: "127.0.0.2", asn: 65000, port: 9 };
    const peer = local.addPeer(options, {
      onDown: () => {
        inner = local.close();
        void local.removePeer(peer);
        local.addPeer(options);
      },
      onError: (error) => void refusals.push(error.message),
    });
    const closing = local.close();
    expect(inner).toBe(closing);
    await closing;
    expect(refusals).toEqual(["the onDown handler threw: the speaker was closed"]);
    expect(local.peers).toEqual([]);
    await pauseFor(5);
    expect(process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP"))).toEqual([]);
  });

  test("waits for a listener that is on its way, and ends it", async () => {
    const local = speaker();
    const listening = local.listen({ host: "127.0.0.1", port: 0 }).catch((error: unknown) => error);
    await local.close();
    expect(await Promise.race([listening, "listen is still under way"])).toMatchObject({ code: "ERR_SPEAKER_CLOSED" });
  });

  test("is not held up by a peer that does not read", async () => {
    const listener = await rawListener("127.0.0.2");
    const local = speaker();
    const peer = local.addPeer({ address: "127.0.0.2", asn: 65000, port: listener.port });
    const raw = await listener.next();
    await raw.establish(65000, "10.0.0.2");
    await up(peer);
    raw.socket.pause();
    const begin = performance.now();
    await local.close();
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe("an AbortSignal", () => {
  test("closes the speaker, with its reason for the peers where that is a text", async () => {
    const controller = new AbortController();
    const { a, b } = await established({ speakerA: { signal: controller.signal } });
    controller.abort("the host reboots");
    await until(() => b.snapshot().lastNotificationReceived !== undefined, "the goodbye arrives");
    expect(b.snapshot().lastNotificationReceived?.text).toBe('Cease / Administrative Shutdown: "the host reboots"');
    expect(a.snapshot().closed).toBe(true);
  });

  test("that has aborted before lets nothing begin", async () => {
    const local = speaker({ signal: AbortSignal.abort() });
    const peer = local.addPeer({ address: "127.0.0.2", asn: 65000, passive: true });
    await until(() => peer.snapshot().closed, "the speaker closes");
    await expect(speaker().listen({ host: "127.0.0.1", port: 0, signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/,
    );
  });

  test("ends one listener and leaves the others", async () => {
    const local = speaker();
    const controller = new AbortController();
    const ended = await local.listen({ host: "127.0.0.1", port: 0, signal: controller.signal });
    const stays = await local.listen({ host: "127.0.0.1", port: 0 });
    controller.abort();
    await until(() => controller.signal.aborted, "it is aborted");
    await pauseFor(20);
    await expect(RawPeer.connect(ended.port, "127.0.0.1", "127.0.0.9")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(RawPeer.connect(stays.port, "127.0.0.1", "127.0.0.9")).resolves.toBeInstanceOf(RawPeer);
  });

  test("is let go by what has closed", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>): void => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
      listeners--;
      remove(...args);
    };
    const local = speaker({ signal });
    await local.listen({ host: "127.0.0.1", port: 0, signal });
    expect(listeners).toBe(2);
    await local.close();
    expect(listeners).toBe(0);
  });
});
