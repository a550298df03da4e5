import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TcpDirection, type TcpEvent } from "../../../src/decode/capture/tcp-direction.ts";

interface Sent {
  readonly sequence: number;
  readonly data?: readonly number[];
  readonly flags?: string;
}

/** A packet every tenth of a second. */
function run(direction: TcpDirection, sent: readonly Sent[], giveUp = false): unknown[] {
  const events: unknown[] = [];
  const take = (found: Iterable<TcpEvent>): void => {
    for (const event of found)
      events.push(
        event.kind === "data" ? [...event.octets] : event.kind === "gap" ? `gap ${event.octets}` : event.kind,
      );
  };
  sent.forEach(({ sequence, data = [], flags = "" }, at) => {
    const bytes = Uint8Array.from(data);
    take(
      direction.segment(
        {
          source: "",
          destination: "",
          sourcePort: 1,
          destinationPort: 2,
          sequence: sequence >>> 0,
          acknowledgement: 0,
          syn: flags.includes("S"),
          fin: flags.includes("F"),
          rst: false,
          ack: false,
          bytes,
          start: 0,
          end: bytes.length,
        },
        { frame: at + 1, time: "", seconds: at / 10 },
      ),
    );
    bytes.fill(0xee);
  });
  if (giveUp) take(direction.giveUp());
  return events;
}

describe("one direction of a TCP connection", () => {
  test("begins behind the SYN and ends at the FIN", () => {
    const sent = [
      { sequence: 99, flags: "S" },
      { sequence: 100, data: [1, 2] },
      { sequence: 102, data: [3], flags: "F" },
    ];
    expect(run(new TcpDirection(), sent)).toEqual([[1, 2], [3], "end"]);
  });

  test("leaves out what is sent again, and takes from overlaps what is new", () => {
    const sent = [
      { sequence: 100, data: [1, 2, 3] },
      { sequence: 100, data: [1, 2, 3] },
      { sequence: 102, data: [9, 4] },
      { sequence: 99, data: [0] },
    ];
    expect(run(new TcpDirection(), sent)).toEqual([[1, 2, 3], [4]]);
  });

  test("puts segments in order, over the wrap of the sequence numbers as well", () => {
    const sent = [
      { sequence: -3, flags: "S" },
      { sequence: 2, data: [5, 6] },
      { sequence: 0, data: [3, 4] },
      { sequence: -2, data: [1, 2] },
      { sequence: 4, flags: "F" },
    ];
    expect(run(new TcpDirection(), sent).flat()).toEqual([1, 2, 3, 4, 5, 6, "end"]);
  });

  test("ends only when everything before the FIN has come", () => {
    const sent = [
      { sequence: 0, data: [1] },
      { sequence: 2, data: [3], flags: "F" },
      { sequence: 1, data: [2] },
    ];
    expect(run(new TcpDirection(), sent)).toEqual([[1], [2], [3], "end"]);
  });

  test("reports a gap at the end, and what is behind it", () => {
    const sent = [
      { sequence: 0, data: [1] },
      { sequence: 5, data: [6] },
      { sequence: 9, data: [10] },
    ];
    expect(run(new TcpDirection(), sent, true)).toEqual([[1], "gap 4", [6], "gap 3", [10]]);
  });

  test("waits a second for what the receiver has acknowledged, and two minutes for what it has not", () => {
    const direction = new TcpDirection();
    const late = (seconds: number) => [...direction.acknowledged(6, seconds)].map(({ kind }) => kind);
    run(direction, [
      { sequence: 0, data: [1] },
      { sequence: 5, data: [6] },
    ]);
    expect([...direction.acknowledged(1, 119)]).toEqual([]);
    expect(late(0.9)).toEqual([]);
    expect(late(1.2)).toEqual(["gap", "data"]);
    const open = new TcpDirection();
    run(open, [
      { sequence: 0, data: [1] },
      { sequence: 5, data: [6] },
    ]);
    expect([...open.acknowledged(1, 120.2)].map(({ kind }) => kind)).toEqual(["gap", "data"]);
  });

  test("holds a quarter of a megabyte at most", () => {
    const data = new Array<number>(1 << 16).fill(7);
    const sent = [0, 1, 2, 3].map((at) => ({ sequence: 10 + at * data.length, data }));
    const events = run(new TcpDirection(), [{ sequence: 0, data: [1] }, ...sent]);
    expect(events).toEqual([[1]]);
    const more = run(new TcpDirection(), [
      { sequence: 0, data: [1] },
      ...sent,
      { sequence: 10 + 4 * data.length, data: [8] },
    ]);
    expect(more.map((event) => (typeof event === "string" ? event : (event as number[]).length))).toEqual([
      1,
      "gap 9",
      ...sent.map(() => data.length),
      1,
    ]);
  });

  test("holds a thousand segments at most", () => {
    const sent = Array.from({ length: 1025 }, (_, at) => ({ sequence: 10 + 2 * at, data: [1] }));
    const events = run(new TcpDirection(), [{ sequence: 0, data: [1] }, ...sent]);
    expect(events.filter((event) => typeof event === "string")).toHaveLength(1025);
  });

  test("holds 32 megabytes at most together with all others", () => {
    const all = { total: 1 << 25 };
    const sent = [
      { sequence: 0, data: [1] },
      { sequence: 5, data: [6] },
    ];
    expect(run(new TcpDirection(all), sent)).toEqual([[1], "gap 4", [6]]);
    expect(all.total).toBe(1 << 25);
    const alone = { total: 0 };
    const direction = new TcpDirection(alone);
    expect(run(direction, sent)).toEqual([[1]]);
    expect(alone.total).toBe(1);
    expect([...direction.giveUp()]).toHaveLength(2);
    expect(alone.total).toBe(0);
  });

  test("takes numbers far behind for another connection whose beginning is missing", () => {
    const sent = [
      { sequence: 0x7000_0000, data: [1] },
      { sequence: 0x1000_0000, data: [2] },
    ];
    expect(run(new TcpDirection(), sent)).toEqual([[1], "gap 0", [2]]);
  });

  test("ignores what carries no data", () => {
    expect(run(new TcpDirection(), [{ sequence: 5 }, { sequence: 7, data: [1] }, { sequence: 8 }])).toEqual([[1]]);
  });

  test("gives back the stream whatever the order, the overlaps and the repetitions", () => {
    const cut = fc.record({ at: fc.integer({ min: 0, max: 59 }), length: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 40 }), fc.integer({ min: 0, max: 0xffff_ffff }), (cuts, initial) => {
        const stream = Array.from({ length: 60 }, (_, at) => at);
        // Whatever was drawn, at the end all of it comes once more in pieces.
        const pieces = [...cuts, ...[50, 30, 10, 40, 20, 0].map((at) => ({ at, length: 10 }))];
        const sent = pieces.map(({ at, length }) => ({
          sequence: initial + 1 + at,
          data: stream.slice(at, at + length),
        }));
        const events = run(new TcpDirection(), [{ sequence: initial, flags: "S" }, ...sent]);
        expect(events.flat()).toEqual(stream);
      }),
    );
  });
});
