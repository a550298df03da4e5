// A speaker whose turn is full, because thousands of neighbours came or went at one moment.
import type { Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { listenPlain } from "../src/transport/plain-transport.ts";
import { WorkTurns } from "../src/work-turns.ts";
import { RawPeer, speaker, until, up } from "./support.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Nothing is done at once from here on, and what waits waits for good. */
function fillTheTurn(): void {
  vi.spyOn(WorkTurns.prototype, "takesBrief").mockReturnValue(false);
  vi.spyOn(WorkTurns.prototype, "begin").mockReturnValue(undefined);
}

/** Its neighbour was lost, which nobody has been told yet. */
async function lostUnnoticed(raw: RawPeer, isUp: () => boolean): Promise<void> {
  fillTheTurn();
  raw.socket.resetAndDestroy();
  await until(() => raw.ended, "it is reset");
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(isUp()).toBe(true);
}

test("a neighbour that comes back before its loss was noticed is taken at once", async () => {
  const local = speaker();
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  const downs: string[] = [];
  const peer = local.addPeer(
    { address: "127.0.0.9", asn: 65000, passive: true },
    { onDown: ({ reason }) => void downs.push(reason) },
  );
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  await raw.establish(65000, "10.0.0.2");
  await up(peer);
  await lostUnnoticed(raw, () => downs.length === 0);
  const second = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  await until(() => downs.length === 1, "the loss is noticed");
  vi.restoreAllMocks();
  await second.establish(65000, "10.0.0.2");
  await up(peer);
  expect(downs).toEqual(["connection-reset"]);
  expect(peer.snapshot().counters.established).toBe(2);
});

test("one from a listen range is forgotten first, and is a new peer", async () => {
  const local = speaker();
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  const range = local.addListenRange({ prefix: "127.0.9.0/24", asn: "external" });
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.9.7");
  await raw.establish(65000, "10.0.0.2");
  await until(() => range.peers[0]?.snapshot().state === "Established", "it is up");
  const [before] = range.peers;
  await lostUnnoticed(raw, () => range.peers.length === 1);
  const second = await RawPeer.connect(port, "127.0.0.1", "127.0.9.7");
  await until(() => range.peers[0] !== before, "it was forgotten");
  vi.restoreAllMocks();
  await second.establish(65000, "10.0.0.2");
  await until(() => range.peers[0]?.snapshot().state === "Established", "it is up again");
  expect(range.peers).toHaveLength(1);
});

test("one that comes up and is lost within a full turn is told as up, and as down", async () => {
  const accepted: Socket[] = [];
  const local = speaker({
    listen: async ({ host, port }) => {
      const server = await listenPlain({ host, port, peers: [] });
      return server.on("connection", (socket) => accepted.push(socket));
    },
  });
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  const told: string[] = [];
  local.addPeer(
    { address: "127.0.0.9", asn: 65000, passive: true },
    { onEstablished: () => void told.push("up"), onDown: ({ reason }) => void told.push(reason) },
  );
  fillTheTurn();
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  raw.open(65000, "10.0.0.2");
  raw.keepalive();
  // A reset takes with it what has not been read.
  await until(() => accepted[0]?.bytesRead === raw.socket.bytesWritten, "all has been read");
  raw.socket.resetAndDestroy();
  await until(() => accepted[0]?.destroyed === true, "it is reset");
  expect(told).toEqual([]);
  await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  await until(() => told.includes("connection-reset"), "the loss is noticed");
  expect(told).toEqual(["up", "connection-reset"]);
});

test("a speaker that is closed as the loss is noticed takes no new neighbour", async () => {
  const local = speaker();
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  let closed: Promise<void> | null = null;
  const range = local.addListenRange(
    { prefix: "127.0.9.0/24", asn: "external" },
    {
      onDown: (_, peer) => {
        void local.removePeer(peer);
        closed = local.close();
      },
    },
  );
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.9.8");
  await raw.establish(65000, "10.0.0.2");
  await until(() => range.peers[0]?.snapshot().state === "Established", "it is up");
  await lostUnnoticed(raw, () => range.peers.length === 1);
  const second = await RawPeer.connect(port, "127.0.0.1", "127.0.9.8");
  await until(() => closed !== null, "the loss is noticed");
  await closed;
  await until(() => second.ended, "it is turned away");
  expect(local.peers.filter((peer) => peer.snapshot().state !== "Idle")).toEqual([]);
});

test("a new password is nothing for a connection that is gone: the session ends by its loss", async () => {
  const rekeyed: boolean[] = [];
  const local = speaker({
    listen: ({ host, port }) => listenPlain({ host, port, peers: [] }),
    rekey: (socket) => {
      rekeyed.push(socket.destroyed);
      if (socket.destroyed) throw new Error("EBADF: it is closed");
    },
  });
  const { port } = await local.listen({ host: "127.0.0.1", port: 0 });
  const downs: string[] = [];
  const peer = local.addPeer(
    { address: "127.0.0.9", asn: 65000, passive: true, password: "old" },
    { onDown: ({ reason }) => void downs.push(reason) },
  );
  const raw = await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  await raw.establish(65000, "10.0.0.2");
  await up(peer);
  peer.setPassword("other");
  await lostUnnoticed(raw, () => downs.length === 0);
  peer.setPassword("new");
  await RawPeer.connect(port, "127.0.0.1", "127.0.0.9");
  await until(() => downs.length === 1, "the loss is noticed");
  expect([downs, rekeyed]).toEqual([["connection-reset"], [false]]);
});
