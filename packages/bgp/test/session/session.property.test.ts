import fc from "fast-check";
import { expect, test } from "vitest";
import { toHex } from "../../src/bytes/hex.ts";
import type { Session } from "../../src/session/session.ts";
import {
  concat,
  established,
  keepalive,
  kinds,
  newSession,
  openSent,
  peerNotification,
  peerOpen,
  raw,
} from "./scripted.ts";

const someMessages = fc.array(
  fc.oneof(
    fc.constantFrom(keepalive, peerOpen(), peerOpen({ asn: 65009 }), peerNotification(6, 4), raw(2, [0, 0, 0, 0])),
    fc
      .tuple(fc.integer({ min: 0, max: 6 }), fc.array(fc.nat(255), { maxLength: 60 }))
      .map(([type, body]) => raw(type, body)),
    fc.uint8Array({ maxLength: 40 }),
  ),
  { maxLength: 8 },
);

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.slice(index === 0 ? 0 : at[index - 1], end));
}

function story(session: Session, chunks: readonly Uint8Array[]): unknown {
  const events = chunks.flatMap((chunk) => kinds(session.receive(chunk, 100)));
  const output = session.takeOutput();
  return { events, output: output === null ? null : toHex(output), snapshot: session.snapshot().received };
}

test("how the input is cut into chunks never changes what happens", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(openSent, established),
      someMessages,
      fc.array(fc.nat(), { maxLength: 20 }),
      (make, messages, cuts) => {
        const bytes = concat(...messages);
        expect(story(make(), cutAt(bytes, cuts))).toEqual(story(make(), [bytes]));
      },
    ),
    { numRuns: 500 },
  );
});

const calls = fc.oneof(
  fc.record({ call: fc.constant("receive" as const), bytes: someMessages.map((messages) => concat(...messages)) }),
  fc.record({ call: fc.constantFrom("start", "connected", "closed", "stop", "tick", "proceed", "dump", "take") }),
  fc.record({ call: fc.constant("wait" as const), ms: fc.nat(300_000) }),
);

test("no sequence of calls makes it throw, and a batch with a fault ends with it", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.constantFrom(0, 3, 90),
      fc.boolean(),
      fc.array(calls, { maxLength: 40 }),
      (passive, holdTime, holdAtOpen, sequence) => {
        const session = newSession({ passive, holdTime }, { holdAtOpen });
        let now = 0;
        const made = (step: (typeof sequence)[number]) => {
          switch (step.call) {
            case "receive":
              return "bytes" in step ? session.receive(step.bytes, now) : [];
            case "start":
              return session.start(now);
            case "connected":
              return session.connected(now);
            case "closed":
              return session.closed(now, { kind: "reset", code: null, detail: "" });
            case "stop":
              return session.stop(now);
            case "proceed":
              return session.proceed(now);
            case "dump":
              return session.dump(now, "collision");
            case "wait":
              now += "ms" in step ? step.ms : 0;
              return session.tick(now);
            case "tick":
              return session.tick(now);
            default:
              session.takeOutput();
              return [];
          }
        };
        for (const step of sequence) {
          const events = made(step);
          const fault = events.findIndex(({ kind }) => kind === "down");
          const after = fault < 0 ? [] : events.slice(fault + 1).map(({ kind }) => kind);
          // Only a timer can be followed by the next dial in the same batch.
          expect(
            after.filter((kind) => kind !== "connect" && kind !== "state" && kind !== "disconnect" && kind !== "down"),
          ).toEqual([]);
          if (step.call === "receive") expect(after).toEqual([]);
          expect(session.nextDeadline()).not.toBeNaN();
          if (step.call === "wait") expect(session.nextDeadline()).toBeGreaterThan(now);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test("random octets never throw and end in one fault at most", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const session = established();
      const events = session.receive(bytes, 0);
      expect(events.filter(({ kind }) => kind === "down").length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 1000 },
  );
});
