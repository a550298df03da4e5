import fc from "fast-check";
import { expect, test } from "vitest";
import type { FsmEvent } from "../../src/fsm/event.ts";
import { type FsmState, initialState } from "../../src/fsm/state.ts";
import { expiredTimer, nextDeadline, transition } from "../../src/fsm/transition.ts";
import { sampleConfig, sampleEvents, sampleOpen } from "./samples.ts";

const openEvents = fc
  .record({
    holdTime: fc.constantFrom(0, 1, 2, 3, 9, 65535),
    asn: fc.constantFrom(0, 65000, 65001, 65009, 4_200_000_000),
    routerId: fc.constantFrom(0, 0x0a000001, 0x0a000002),
    version: fc.constantFrom(3, 4, 5),
  })
  .chain((open) =>
    fc.constantFrom(
      { type: "BGPOpen", message: sampleOpen(open) } as const,
      { type: "BGPOpen_with_DelayOpenTimer_running", message: sampleOpen(open) } as const,
    ),
  );

// A plain event, an OPEN of any content, or time: the timers are fired as a session fires them.
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<FsmEvent>(...Object.values(sampleEvents)) },
  { weight: 2, arbitrary: openEvents },
  { weight: 3, arbitrary: fc.nat(300_000) },
);

const configs = fc
  .record({
    holdTime: fc.constantFrom(0, 3, 9, 90, 65535),
    keepalive: fc.constantFrom(null, 1, 3, 30),
    connectRetry: fc.constantFrom(0.1, 1, 5, 120),
    delayOpen: fc.constantFrom(0, 0.5, 60),
    passive: fc.boolean(),
    remoteAs: fc.constantFrom<(number | "external" | "internal")[]>(65000, "external", "internal"),
    notificationsWithoutOpen: fc.boolean(),
    sendHoldTime: fc.constantFrom(null, 0, 100, 131_070),
    idleHold: fc.constantFrom({}, { initial: 0.001 }, { max: 10, stableAfter: 0 }),
  })
  .map(sampleConfig);

test("no sequence of events makes it throw, leave a deadline behind, or fire timers without end", () => {
  fc.assert(
    fc.property(
      configs,
      fc.array(steps, { maxLength: 60 }),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (config, sequence, randoms) => {
        let state: FsmState = initialState();
        let now = 0;
        const apply = (event: FsmEvent): void => {
          const random = randoms.next().value as number;
          state = transition(state, event, { now, random }, config).state;
        };
        for (const step of sequence) {
          if (typeof step === "number") {
            now += step;
            let fired = 0;
            for (let event = expiredTimer(state, now); event !== null; event = expiredTimer(state, now)) {
              apply(event);
              fired++;
            }
            expect(fired).toBeLessThanOrEqual(3);
          } else {
            apply(step);
          }
          expect(nextDeadline(state)).not.toBeNaN();
          expect(nextDeadline(state)).toBeGreaterThan(now);
          expect(state.connectRetryCounter).toBeGreaterThanOrEqual(0);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("after any fault the next attempt is at most the longest pause away", () => {
  fc.assert(
    fc.property(configs, fc.array(steps, { maxLength: 60 }), (config, sequence) => {
      let state: FsmState = initialState();
      for (const step of sequence) {
        if (typeof step === "number") continue;
        const { state: next, effects } = transition(state, step, { now: 0, random: 0.999 }, config);
        state = next;
        const down = effects.find((effect) => effect.kind === "down");
        if (down?.kind === "down" && down.reason !== "administrative-stop" && state.name === "Idle") {
          expect(nextDeadline(state)).toBeLessThanOrEqual(1000 * (config.idleHold.max ?? config.connectRetry));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
