import { EventEmitter } from "node:events";
import type { AnnouncerEvent } from "@vipcast/announcer";
import { describe, expect, test } from "vitest";
import { EventWriter } from "../../src/output/event-writer.ts";

class Reader extends EventEmitter {
  written: string[] = [];
  writableLength = 0;
  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
}

const time = "2026-01-02T03:04:05.678Z";
const announced: AnnouncerEvent = {
  time,
  causes: [],
  event: "vip.announced",
  vip: "192.0.2.10/32",
  peer: "10.0.0.254",
};
const connecting: AnnouncerEvent = { time, causes: [], event: "peer.connecting", peer: "10.0.0.254" };
const down: AnnouncerEvent = {
  time,
  causes: ["connect ECONNREFUSED"],
  event: "peer.down",
  peer: "10.0.0.254",
  reason: "connect-failed",
};
const established: AnnouncerEvent = {
  time,
  causes: [],
  event: "peer.established",
  peer: "10.0.0.254",
  asn: 65000,
  holdTime: 9,
  families: ["ipv4-unicast"],
};

describe("events for programs", () => {
  test("are one JSON object per line that begins with time and event and ends with causes", () => {
    const reader = new Reader();
    new EventWriter(reader, true).write(announced);
    expect(reader.written).toEqual([
      `{"time":"${time}","event":"vip.announced","vip":"192.0.2.10/32","peer":"10.0.0.254","causes":[]}\n`,
    ]);
  });

  test("keep every attempt to connect", () => {
    const reader = new Reader();
    const writer = new EventWriter(reader, true);
    for (const event of [connecting, down, connecting, down]) writer.write(event);
    expect(reader.written).toHaveLength(4);
  });
});

describe("events for people", () => {
  test("are one sentence with the causes behind it", () => {
    const reader = new Reader();
    new EventWriter(reader, false).write(down);
    expect(reader.written).toEqual([
      "03:04:05.678 peer.down         session with 10.0.0.254 is down: connect-failed (connect ECONNREFUSED)\n",
    ]);
  });

  test("say once that a peer cannot be reached, and again after a session or for another reason", () => {
    const reader = new Reader();
    const writer = new EventWriter(reader, false);
    const timeout: AnnouncerEvent = { ...down, reason: "connect-timeout" };
    for (const event of [connecting, down, connecting, down, connecting, timeout, established, connecting, down])
      writer.write(event);
    expect(reader.written.map((line) => line.slice(13, 30).trim())).toEqual([
      "peer.connecting",
      "peer.down",
      "peer.down",
      "peer.established",
      "peer.connecting",
      "peer.down",
    ]);
  });
});

describe("a reader", () => {
  test("that goes away costs nothing but the events, and is reported once", () => {
    const reader = new Reader();
    const errors: string[] = [];
    const writer = new EventWriter(reader, true, ({ message }) => errors.push(message));
    reader.emit("error", new Error("write EPIPE"));
    reader.emit("error", new Error("write EPIPE"));
    writer.write(announced);
    expect(reader.written).toEqual([]);
    expect(errors).toEqual(["write EPIPE"]);
  });

  test("that is too slow loses events and is told how many", () => {
    const reader = new Reader();
    const writer = new EventWriter(reader, true);
    reader.writableLength = 2 << 20;
    writer.write(announced);
    writer.write(announced);
    reader.writableLength = 0;
    writer.write(announced);
    expect(reader.written.map((line) => JSON.parse(line))).toMatchObject([
      { event: "events.lost", count: 2 },
      { event: "vip.announced" },
    ]);
  });

  test("that never drains does not hold the end back", async () => {
    const reader = new Reader();
    reader.writableLength = 10;
    await expect(new EventWriter(reader, true).flushed(20)).resolves.toBeUndefined();
  });
});
