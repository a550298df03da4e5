import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import type { CloseCause } from "@vipcast/bgp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/system-clock.ts";
import { Connection } from "../../src/transport/connection.ts";
import { WorkTurns } from "../../src/work-turns.ts";
import { pauseFor, until } from "../support.ts";

let server: Server;
let near: Socket;
let far: Socket;
let received: Uint8Array[];
let causes: CloseCause[];

/** A {@link Connection} around `near`; the test plays the peer with `far`. */
function connection(): Connection {
  // The socket of the test before may close only now: that is not news for this one.
  const [data, ends] = [received, causes];
  return new Connection(
    near,
    {
      connected: () => undefined,
      data: (chunk) => data.push(chunk),
      drained: () => undefined,
      unsent: () => undefined,
      closed: (cause) => ends.push(cause),
    },
    { connected: true },
  );
}

beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  far = createConnection({ port: address.port, host: "127.0.0.1" });
  [near] = (await once(server, "connection")) as [Socket];
  far.on("error", () => undefined);
  received = [];
  causes = [];
});

afterEach(() => {
  far.destroy();
  near.destroy();
  server.close();
});

const update = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length).fill(0xff, 0, 16);
  bytes.set([length >> 8, length & 255, 2], 16);
  return bytes;
};

test("what it delivers owns its memory: a slice of it is a copy", async () => {
  connection();
  far.write("hello");
  await until(() => received.length > 0, "the bytes arrive");
  const [chunk] = received;
  const copy = chunk?.slice(0, 1);
  chunk?.fill(0);
  expect([chunk?.constructor, copy?.[0]]).toEqual([Uint8Array, 104]);
});

test("paused, it reads on until a megabyte is held back, and then lets TCP hold the peer", async () => {
  const paused = connection();
  paused.pause();
  const total = 64 * 1024 * 1024;
  for (let sent = 0; sent < total; sent += 4096) far.write(update(4096));
  await until(() => near.isPaused(), "the socket is paused");
  await pauseFor(100);
  expect(received).toEqual([]);
  expect(near.bytesRead).toBeGreaterThan(1024 * 1024);
  expect(near.bytesRead).toBeLessThan(2 * 1024 * 1024);
  expect(far.writableLength).toBeGreaterThan(0);
  paused.resume();
  await until(() => received.reduce((sum, chunk) => sum + chunk.length, 0) === total, "everything is delivered");
});

describe("resuming", () => {
  const octets = () => received.reduce((sum, chunk) => sum + chunk.length, 0);
  const held = 900 * 1024;

  async function heldBack(): Promise<Connection> {
    const paused = connection();
    paused.pause();
    for (let sent = 0; sent < held; sent += 1024) far.write(update(1024));
    await until(() => near.bytesRead === held, "everything is read");
    return paused;
  }

  test("delivers in slices of 64 KiB with turns of the event loop between them, and what comes meanwhile follows", async () => {
    const resumed = await heldBack();
    const slices: number[] = [];
    resumed.resume();
    far.write(update(30));
    for (let before = 0; octets() < held; before = octets()) {
      slices.push(octets() - before);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Math.max(...slices)).toBeLessThan(66 * 1024);
    expect(slices.length).toBeGreaterThan(10);
    await until(() => octets() === held + 30, "what came after it follows");
    expect(received.at(-1)?.length).toBe(30);
  });

  test("stops at a new pause, and the rest comes with the next resume", async () => {
    const resumed = await heldBack();
    resumed.resume();
    const before = octets();
    resumed.pause();
    far.write(update(30));
    await until(() => near.bytesRead === held + 30, "the socket is read again");
    expect(octets()).toBe(before);
    resumed.resume();
    await until(() => octets() === held + 30, "everything is delivered");
  });

  test("never stops within a message, so that at a new pause nothing comes between its parts", async () => {
    // 31 of them are two octets short of a slice.
    const length = 2114;
    const resumed = connection();
    resumed.pause();
    for (let sent = 0; sent < 40; sent++) far.write(update(length));
    await until(() => near.bytesRead === 40 * length, "everything is read");
    resumed.resume();
    resumed.pause();
    const keepalive = update(19).fill(4, 18);
    far.write(keepalive);
    await until(() => octets() % length > 0, "the KEEPALIVE passes");
    expect([octets(), received.at(-1)]).toEqual([32 * length + 19, keepalive]);
    resumed.resume();
    await until(() => octets() === 40 * length + 19, "everything is delivered");
  });

  test("and closing leaves nothing to come", async () => {
    const resumed = await heldBack();
    resumed.resume();
    const before = octets();
    await resumed.destroy();
    await pauseFor(20);
    expect([octets(), causes]).toEqual([before, []]);
  });

  test("a FIN that came during the pause is reported after everything before it", async () => {
    const paused = connection();
    paused.pause();
    for (let sent = 0; sent < 2 * held; sent += 1024) far.write(update(1024));
    far.end();
    await until(() => near.isPaused(), "the socket is paused");
    paused.resume();
    await until(() => causes.length > 0, "the end is seen");
    expect([octets(), causes[0]?.kind]).toEqual([2 * held, "end"]);
  });
});

describe("closing is reported once, as", () => {
  test("an end, after a FIN", async () => {
    connection();
    far.end();
    await until(() => causes.length > 0, "the end is seen");
    await pauseFor(20);
    expect(causes).toEqual([{ kind: "end", code: null, detail: "" }]);
  });

  test("a reset, after a RST, with the system's words", async () => {
    connection();
    far.resetAndDestroy();
    await until(() => causes.length > 0, "the reset is seen");
    await pauseFor(20);
    expect(causes).toEqual([{ kind: "reset", code: "ECONNRESET", detail: "read ECONNRESET" }]);
  });

  test("an error, when it never was connected", async () => {
    near.destroy();
    near = createConnection({ port: 1, host: "127.0.0.1" });
    new Connection(
      near,
      {
        connected: () => undefined,
        data: () => undefined,
        drained: () => undefined,
        unsent: () => undefined,
        closed: (cause) => causes.push(cause),
      },
      { connected: false },
    );
    await until(() => causes.length > 0, "the failure is seen");
    expect(causes).toEqual([{ kind: "error", code: "ECONNREFUSED", detail: "connect ECONNREFUSED 127.0.0.1:1" }]);
  });
});

describe("finishing", () => {
  test("delivers the last words although the peer keeps sending, and says nothing more", async () => {
    const finishing = connection();
    let heard = "";
    far.on("data", (chunk) => {
      heard += chunk.toString();
    });
    const chatter = setInterval(() => far.write(update(4096)), 1);
    await pauseFor(20);
    const before = received.length;
    finishing.write(new TextEncoder().encode("goodbye"));
    await finishing.finish(systemClock);
    clearInterval(chatter);
    expect(heard).toBe("goodbye");
    expect([received.length, causes]).toEqual([before, []]);
  });

  test("takes two seconds at most", async () => {
    const finishing = connection();
    far.pause();
    server.unref();
    const begin = performance.now();
    await finishing.finish(systemClock);
    expect(performance.now() - begin).toBeGreaterThan(1500);
    expect(near.destroyed).toBe(true);
  });

  test("a write's callback comes once the kernel has the bytes, and never after the end", async () => {
    const writing = connection();
    let calls = 0;
    writing.write(Uint8Array.of(1), () => calls++);
    writing.write(new Uint8Array(0), () => calls++);
    await until(() => calls === 2, "both are handed over");
    await writing.destroy();
    writing.write(Uint8Array.of(1), () => calls++);
    await pauseFor(20);
    expect(calls).toBe(2);
  });
});

test("aborted, it is reset: the peer hears no end of stream behind what it never read, and nothing is left waiting", async () => {
  const errors: string[] = [];
  far.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code ?? ""));
  far.pause();
  const stuck = connection();
  for (let sent = 0; sent < 16 * 1024 * 1024; sent += 65536) stuck.write(new Uint8Array(65536));
  expect(stuck.backlog).toBeGreaterThan(0);
  await stuck.abort();
  expect(near.destroyed).toBe(true);
  far.resume();
  await until(() => errors.length > 0, "the reset arrives");
  expect(errors).toEqual(["ECONNRESET"]);
  expect(causes).toEqual([]);
});

test("aborted before it is connected, or twice, it is just closed", async () => {
  const early = new Connection(
    createConnection({ port: 9, host: "192.0.2.1" }),
    {
      connected: () => undefined,
      data: () => undefined,
      drained: () => undefined,
      unsent: () => undefined,
      closed: () => undefined,
    },
    { connected: false },
  );
  await early.abort();
  await early.abort();
});

describe("when others have used up the turn", () => {
  /** Work of others that takes 20 ms of each turn, by a clock that nothing else turns. */
  function used(): WorkTurns {
    let nowMs = 0;
    const turns = new WorkTurns({ now: () => nowMs, date: () => new Date(nowMs), timer: () => () => undefined });
    let left = 20;
    turns.begin({
      slice: () => {
        nowMs += 20;
        left--;
        return left === 0;
      },
    });
    return turns;
  }

  function sharing(turns: WorkTurns, told: string[]): Connection {
    return new Connection(
      near,
      {
        connected: () => undefined,
        data: (chunk) => told.push(`${chunk.length} octets`),
        drained: () => undefined,
        unsent: () => undefined,
        closed: ({ kind }) => told.push(kind),
      },
      { connected: true, turns },
    );
  }

  test("what was read is delivered in a later one, and everything in order", async () => {
    const told: string[] = [];
    sharing(used(), told);
    const atRead: number[] = [];
    near.on("data", () => atRead.push(told.length));
    far.write(update(3000));
    await until(() => told.length === 1, "it was delivered");
    far.write(update(100));
    far.write(update(2000));
    far.end();
    await until(() => told.at(-1) === "end", "it has ended");
    expect(atRead[0]).toBe(0);
    const octets = told.slice(0, -1).map((words) => Number.parseInt(words, 10));
    expect(octets.reduce((sum, one) => sum + one)).toBe(5100);
  });

  test("whoever has to know at once can have it, and the end of the connection does not come first", async () => {
    const told: string[] = [];
    const shared = sharing(used(), told);
    near.once("data", () => {
      expect(told).toEqual([]);
      shared.readWaiting();
      expect(told).toEqual(["3000 octets"]);
      near.once("data", () => near.destroy(new Error("reset")));
    });
    far.write(update(3000));
    await until(() => told.length === 1, "it was delivered");
    far.write(update(2000));
    await until(() => told.length === 3, "it has ended");
    expect(told).toEqual(["3000 octets", "2000 octets", "reset"]);
  });

  test("pausing and going on meanwhile changes neither the octets nor their order", async () => {
    const told: Uint8Array[] = [];
    const turns = used();
    const shared = new Connection(
      near,
      {
        connected: () => undefined,
        data: (chunk) => told.push(chunk.slice()),
        drained: () => undefined,
        unsent: () => undefined,
        closed: () => undefined,
      },
      { connected: true, turns },
    );
    const sent = Array.from({ length: 300 }, (_, n) => update(23 + ((n * 37) % 4000)).fill(n & 255, 19));
    const octets = sent.reduce((sum, { length }) => sum + length, 0);
    for (const message of sent) far.write(message);
    for (let round = 0; round < 40; round++) {
      if (round % 3 === 0) shared.pause();
      if (round % 3 === 2) shared.resume();
      await pauseFor(1);
    }
    shared.resume();
    await until(() => told.reduce((sum, { length }) => sum + length, 0) === octets, "everything is there");
    expect(Buffer.concat(told).equals(Buffer.concat(sent))).toBe(true);
  });
});
