import { describe, expect, test } from "vitest";
import { FrameGate } from "../../src/transport/frame-gate.ts";

const update = 2;
const notification = 3;
const keepalive = 4;
const routeRefresh = 5;

/** A message whose body is `fill` repeated. */
function message(type: number, bodyLength: number, fill: number): number[] {
  const length = 19 + bodyLength;
  return [
    ...new Array<number>(16).fill(0xff),
    length >> 8,
    length & 255,
    type,
    ...new Array<number>(bodyLength).fill(fill),
  ];
}

function join(parts: readonly Uint8Array[]): number[] {
  return parts.flatMap((part) => [...part]);
}

const first = message(update, 30, 1);
const second = message(keepalive, 0, 0);
const third = message(update, 5, 3);
const stream = [...first, ...second, ...third];

test("an open gate lets every chunk through as it is", () => {
  const gate = new FrameGate();
  const chunk = Uint8Array.from(stream);
  expect(gate.push(chunk)).toEqual([chunk]);
  expect(gate.push(chunk.subarray(0, 7))).toEqual([chunk.subarray(0, 7)]);
});

test("a closed gate keeps UPDATE and ROUTE-REFRESH back and lets KEEPALIVE and NOTIFICATION through", () => {
  const gate = new FrameGate();
  gate.close();
  const refresh = message(routeRefresh, 4, 0);
  const goodbye = message(notification, 2, 6);
  expect(join(gate.push(Uint8Array.from([...stream, ...refresh, ...goodbye])))).toEqual([...second, ...goodbye]);
  expect(gate.heldOctets).toBe(first.length + third.length + refresh.length);
  expect(join(gate.open())).toEqual([...first, ...third, ...refresh]);
  expect(gate.heldOctets).toBe(0);
});

describe("whatever the chunks and whenever it closes and opens", () => {
  test("UPDATEs come out whole and in order, and no octet is lost, for every pair of moments", () => {
    for (let closeAt = 0; closeAt <= stream.length; closeAt++) {
      for (let openAt = closeAt; openAt <= stream.length; openAt += 3) {
        const gate = new FrameGate();
        const out: number[] = [];
        stream.forEach((octet, index) => {
          if (index === closeAt) gate.close();
          if (index === openAt) out.push(...join(gate.open()));
          out.push(...join(gate.push(Uint8Array.of(octet))));
        });
        out.push(...join(gate.open()));
        const inOrder = out.join() === stream.join();
        const keepaliveFirst = out.join() === [...second, ...first, ...third].join();
        expect(inOrder || keepaliveFirst).toBe(true);
      }
    }
  });

  test("a message that was partly delivered before the gate closed is finished at once", () => {
    const gate = new FrameGate();
    const before = gate.push(Uint8Array.from(stream.slice(0, 25)));
    gate.close();
    const after = gate.push(Uint8Array.from(stream.slice(25)));
    expect([...join(before), ...join(after)]).toEqual([...first, ...second]);
    expect(join(gate.open())).toEqual(third);
  });
});

test("a length that cannot be opens the gate for good, so that the session finds the fault", () => {
  const gate = new FrameGate();
  gate.close();
  const broken = [...new Array<number>(16).fill(0xff), 0, 18, update, ...first];
  expect(join(gate.push(Uint8Array.from(broken)))).toEqual(broken);
  expect(gate.heldOctets).toBe(0);
});

test("what is kept back can be taken part by part, oldest first, while the gate stays closed", () => {
  const gate = new FrameGate();
  gate.close();
  gate.push(Uint8Array.from(first));
  const taken = [gate.take()];
  gate.push(Uint8Array.from([...third, ...second]));
  for (let part = gate.take(); part !== null; part = gate.take()) taken.push(part);
  expect(taken.flatMap((part) => [...(part ?? [])])).toEqual([...first, ...third]);
  expect([gate.heldOctets, gate.take(), join(gate.open())]).toEqual([0, null, []]);
});

test("of a message that was taken in part, because no more had come, the rest passes before anything else", () => {
  for (let cut = 19; cut < first.length; cut++) {
    const gate = new FrameGate();
    gate.close();
    gate.push(Uint8Array.from(first.slice(0, cut)));
    const out: number[] = [];
    for (let part = gate.take(); part !== null; part = gate.take()) out.push(...part);
    expect([out, gate.inMessage]).toEqual([first.slice(0, cut), false]);
    out.push(...join(gate.push(Uint8Array.from([...first.slice(cut), ...second, ...third]))));
    expect(out).toEqual([...first, ...second]);
    expect(join(gate.open())).toEqual(third);
  }
});

test("it says when what was taken is not the end of a message that is there", () => {
  const gate = new FrameGate();
  gate.close();
  const octets = Uint8Array.from([...first, ...second, ...third]);
  for (let at = 0; at < octets.length; at += 10) gate.push(octets.subarray(at, at + 10));
  const taken: number[] = [];
  const whole: number[] = [];
  for (let part = gate.take(); part !== null; part = gate.take()) {
    taken.push(...part);
    if (!gate.inMessage) whole.push(taken.length);
  }
  expect(whole).toEqual([first.length, first.length + third.length]);
});
