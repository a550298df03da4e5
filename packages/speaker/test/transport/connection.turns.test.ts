// A connection whose speaker has no time for everything that has come: order, wholeness, and what may not wait.
import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import type { CloseCause } from "@vipcast/bgp";
import { expect, test } from "vitest";
import { systemClock } from "../../src/system-clock.ts";
import { Connection } from "../../src/transport/connection.ts";
import { WorkTurns } from "../../src/work-turns.ts";
import { afterTest, until } from "../support.ts";

async function socketPair(): Promise<readonly [near: Socket, far: Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const far = createConnection(server.address() as { port: number }, undefined);
  const [near] = (await once(server, "connection")) as [Socket];
  far.on("error", () => undefined);
  afterTest(() => {
    far.destroy();
    near.destroy();
    server.close();
  });
  return [near, far];
}

interface Reader {
  readonly connection: Connection;
  readonly near: Socket;
  readonly far: Socket;
  readonly parts: Uint8Array[];
  readonly causes: CloseCause[];
  octets(): number;
  bytes(): Buffer;
}

/** One that a look at the clock costs `lookMs`. */
async function reader(lookMs: number, turns?: WorkTurns): Promise<Reader> {
  const [near, far] = await socketPair();
  let now = 0;
  const clock = {
    ...systemClock,
    now: () => {
      now += lookMs;
      return now;
    },
  };
  const parts: Uint8Array[] = [];
  const causes: CloseCause[] = [];
  const connection = new Connection(
    near,
    {
      connected: () => undefined,
      data: (chunk) => parts.push(chunk.slice()),
      drained: () => undefined,
      unsent: () => undefined,
      closed: (cause) => causes.push(cause),
    },
    { connected: true, turns: turns ?? new WorkTurns(clock) },
  );
  const octets = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  return { connection, near, far, parts, causes, octets, bytes: () => Buffer.concat(parts) };
}

/** UPDATEs of different lengths, or KEEPALIVEs, told apart by what is in them. */
function messages(octets: number): Buffer {
  const all: Buffer[] = [];
  for (let length = 0, index = 0; length < octets; index++) {
    const isKeepalive = index % 10 === 9;
    const message = Buffer.alloc(isKeepalive ? 19 : 23 + ((index * 37) % 900), index);
    message.fill(0xff, 0, 16);
    message.writeUInt16BE(message.length, 16);
    message[18] = isKeepalive ? 4 : 2;
    all.push(message);
    length += message.length;
  }
  return Buffer.concat(all);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** There is never any time, and nobody's turn comes. */
class Spent extends WorkTurns {
  override begin(): void {
    // Those who wait wait for good.
  }
}

const spent = (): WorkTurns => new Spent(systemClock);

/** Nor is there room for anything brief. */
class Full extends Spent {
  override takesBrief(): boolean {
    return false;
  }
}

test("without time it delivers piece by piece, a turn of the event loop each, and the socket waits meanwhile", async () => {
  const { far, near, octets, bytes, parts } = await reader(6);
  const sent = messages(300_000);
  far.write(sent);
  const seen: [octets: number, paused: boolean][] = [];
  for (let before = 0; octets() < sent.length; before = octets()) {
    await turn();
    if (octets() > before) seen.push([octets() - before, near.isPaused()]);
  }
  expect(bytes().equals(sent)).toBe(true);
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(8192);
  // Two looks at the clock, 6 ms each, are a turn's ten; with what was read and what had waited there are two of them in a turn.
  expect(Math.max(...seen.map(([delivered]) => delivered))).toBeLessThanOrEqual(4 * 8192);
  expect(seen.filter(([, paused]) => paused).length).toBeGreaterThan(5);
});

test("what is small does not wait", async () => {
  const { far, octets } = await reader(0, spent());
  far.write(messages(40).subarray(0, 23));
  await until(() => octets() === 23, "it is delivered");
});

test("a reset behind what waits is reported after it", async () => {
  const { connection, far, near, octets, causes } = await reader(0, spent());
  const sent = messages(30_000);
  far.write(sent);
  await until(() => near.bytesRead === sent.length, "it has been read");
  far.resetAndDestroy();
  await until(() => near.destroyed, "the reset is seen");
  expect([octets(), causes]).toEqual([0, []]);
  expect(connection.readWaiting()).toBe(true);
  expect([octets(), causes.map(({ kind }) => kind)]).toEqual([sent.length, ["reset"]]);
  expect(connection.readWaiting()).toBe(false);
});

test("what came behind what waits, and Node has read, is delivered before a reset as well", async () => {
  const { connection, far, near, octets, bytes, causes } = await reader(0, new Full(systemClock));
  const sent = messages(1000).subarray(0, 400);
  for (const end of [19, 40, 400]) {
    far.write(sent.subarray(near.bytesRead, end));
    await until(() => near.bytesRead === end, "it has been read");
  }
  far.resetAndDestroy();
  await until(() => near.destroyed, "the reset is seen");
  await turn();
  expect([octets(), causes]).toEqual([0, []]);
  expect(connection.readWaiting()).toBe(true);
  expect(bytes().equals(sent)).toBe(true);
  expect([causes.map(({ kind }) => kind), connection.readWaiting()]).toEqual([["reset"], false]);
});

test("an error that somebody else reports gives nothing twice", async () => {
  const { connection, far, near, octets, causes } = await reader(0, new Full(systemClock));
  for (const end of [19, 38]) {
    far.write(messages(1000).subarray(end - 19, end));
    await until(() => near.bytesRead === end, "it has been read");
  }
  near.emit("error", new Error("from a transport"));
  connection.readWaiting();
  expect([octets(), causes.map(({ kind }) => kind)]).toEqual([19, ["reset"]]);
});

test("without room what is brief waits as well, and comes in order: it is up, what was said, its end", async () => {
  const server = createServer((socket) => socket.write(messages(40).subarray(0, 23))).listen(0, "127.0.0.1");
  const accepted = once(server, "connection");
  await once(server, "listening");
  const near = createConnection(server.address() as { port: number }, undefined);
  afterTest(() => {
    near.destroy();
    server.close();
  });
  const told: string[] = [];
  const events = {
    connected: () => told.push("up"),
    data: (chunk: Uint8Array) => told.push(`${chunk.length} octets`),
    drained: () => undefined,
    unsent: () => undefined,
    closed: ({ kind }: CloseCause) => told.push(kind),
  };
  const connection = new Connection(near, events, { connected: false, turns: new Full(systemClock) });
  await until(() => near.bytesRead === 23, "it has been read");
  expect(told).toEqual([]);
  expect(connection.readWaiting()).toBe(true);
  expect(told).toEqual(["up", "23 octets"]);
  const [far] = (await accepted) as [Socket];
  far.end();
  await until(() => near.readableEnded, "its end has been read");
  expect(told).toHaveLength(2);
  expect(connection.readWaiting()).toBe(true);
  expect([told, connection.readWaiting()]).toEqual([["up", "23 octets", "end"], false]);
  expect(near.destroyed).toBe(true);
});

test("the end of one that we end ourselves meanwhile is not told any more", async () => {
  const { connection, far, near, causes } = await reader(0, new Full(systemClock));
  far.end();
  await until(() => near.readableEnded, "its end has been read");
  await connection.finish(systemClock);
  expect([connection.readWaiting(), causes]).toEqual([false, []]);
});

test("two hundred that end at one moment are told so in their turns", async () => {
  const turns = new WorkTurns(systemClock);
  const readers = await Promise.all(Array.from({ length: 200 }, () => reader(0, turns)));
  for (const { far } of readers) far.end();
  await until(() => readers.every(({ causes }) => causes.length === 1), "all ends are told");
  expect(new Set(readers.map(({ causes }) => causes[0]?.kind))).toEqual(new Set(["end"]));
});

test("catching up delivers at once what waits, and reads on; then there is nothing to catch up with", async () => {
  const { connection, far, near, octets, bytes } = await reader(0, spent());
  const sent = messages(30_000);
  expect(connection.readWaiting()).toBe(false);
  far.write(sent);
  await until(() => near.bytesRead === sent.length, "it has been read");
  expect([octets(), near.isPaused()]).toEqual([0, true]);
  expect([connection.readWaiting(), octets(), near.isPaused()]).toEqual([true, sent.length, false]);
  expect(connection.readWaiting()).toBe(false);
  expect(bytes().equals(sent)).toBe(true);
});

test("one that is finished while something waits is read empty, and delivers no more", async () => {
  const { connection, far, near, octets } = await reader(0, spent());
  const sent = messages(200_000);
  far.write(sent);
  await until(() => near.bytesRead > 0, "it has been read");
  const ended = connection.finish(systemClock);
  far.end();
  await ended;
  expect([octets(), near.bytesRead]).toEqual([0, sent.length]);
});

test("pauses and resumes at any moment lose nothing and keep the order, and KEEPALIVEs pass at once", async () => {
  for (const lookMs of [0, 4, 11]) {
    const { connection, far, octets, parts, bytes } = await reader(lookMs);
    const sent = messages(400_000);
    far.write(sent);
    for (let step = 0; octets() < sent.length; step++) {
      if (step % 5 === 3) connection.pause();
      if (step % 5 === 4) connection.resume();
      await turn();
    }
    // Each UPDATE carries its number: without the KEEPALIVEs, which overtake, the order is that of sending.
    expect(updates(bytes()).equals(updates(sent))).toBe(true);
    expect(parts.length).toBeGreaterThan(10);
  }
});

function updates(stream: Buffer): Buffer {
  const found: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const end = at + stream.readUInt16BE(at + 16);
    if (stream[at + 18] === 2) found.push(stream.subarray(at, end));
    at = end;
  }
  return Buffer.concat(found);
}
