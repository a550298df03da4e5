import fc from "fast-check";
import { expect, test } from "vitest";
import { type PeerConfig, type PeerConfigOptions, peerConfig } from "../../src/fsm/config.ts";
import { validatePeerConfig } from "../../src/fsm/validate.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import type { Endpoint } from "../../src/testing/pair.ts";
import { Pair } from "../../src/testing/pair.ts";
import { numbers } from "./numbers.ts";

/** How many random worlds to try; `npx pnpm@10 prove` sets it to 10,000. */
const worlds = Number(process.env.VIPCAST_INTERLEAVINGS ?? 300);
/** By then two speakers must have found each other, whatever happened before. */
const settleMs = 120_000;

type Random = () => number;

function oneOf<Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

const families = [{ family: Family.Ipv4Unicast, forwarding: true }];
const gracefulRestart = { restarted: false, notification: true, restartTime: 10, families };

/** The options in which two ends may differ, and which must not matter. */
function someOptions(random: Random): Partial<PeerConfigOptions> {
  return {
    holdTime: oneOf(random, [0, 9, 30]),
    connectRetry: oneOf(random, [1, 5, 30]),
    delayOpen: oneOf(random, [0, 0, 0.05, 1, 3]),
    idleHold: oneOf(random, [{}, { initial: 0.01 }, { initial: 1, max: 8 }]),
    dampPeerOscillations: random() < 0.2,
    notificationsWithoutOpen: random() < 0.8,
    sendHoldTime: oneOf(random, [null, 0, 40]),
    collisionDetectEstablishedState: random() < 0.3,
    capabilities: random() < 0.5 ? { gracefulRestart } : {},
  };
}

/** Two ends of a session: any order of router ids and AS numbers, eBGP or iBGP; at most one of them only listens. */
function bothConfigs(random: Random): readonly [PeerConfig, PeerConfig] {
  const internal = random() < 0.2;
  const sameId = !internal && random() < 0.1;
  const ids = random() < 0.5 ? [1, 2] : [2, 1];
  const [asA, asB] = internal ? [65000, 65000] : random() < 0.5 ? [65001, 65002] : [65002, 65001];
  const passive = random();
  const a = peerConfig({
    localAs: asA,
    remoteAs: asB,
    routerId: ids[0] ?? 1,
    ...someOptions(random),
    passive: passive < 0.1,
  });
  const b = peerConfig({
    localAs: asB,
    remoteAs: asA,
    routerId: sameId ? a.routerId : (ids[1] ?? 2),
    ...someOptions(random),
    passive: passive > 0.9,
  });
  return [a, b];
}

/** Something that goes wrong, or that an operator does. `outage`: nothing arrives for so long; then TCP's repetitions do. */
function mishap(pair: Pair, random: Random, outage: (ms: number) => void): void {
  const end = oneOf(random, [pair.a, pair.b]);
  const what = random();
  if (what < 0.3) outage(random() * 20_000);
  else if (what < 0.5) end.call((peer, now) => peer.reset(now, { subcode: 4, text: "" }));
  else if (what < 0.6) end.call((peer, now) => peer.start(now));
  else if (what < 0.75) {
    end.freeze();
    pair.run(random() * 15_000);
    end.thaw();
  } else if (what < 0.9) {
    end.call((peer, now) => peer.stop(now));
    pair.run(random() * 3000);
    end.call((peer, now) => peer.start(now));
  } else {
    end.listening = false;
    pair.run(random() * 5000);
    end.listening = true;
  }
}

/** Sessions begin and end in turns, never two at a time; whether one is up at the end. */
function isUp(end: Endpoint): boolean {
  let up = false;
  for (const { event } of end.events) {
    if (event.kind === "established") {
      if (up) throw new Error("a second session beside the first");
      up = true;
    }
    if (event.kind === "down" && event.wasEstablished) up = false;
  }
  return up;
}

/** What an end was told, for whoever has to find out why a world went wrong. */
function story(name: string, end: Endpoint): string {
  const { families, capabilities, ...options } = end.peer.config;
  const lines = end.events.map(({ atMs, event }) => {
    const { kind, ...rest } = event;
    const { slot, reason, cause, from, to } = rest as Readonly<Record<string, unknown>>;
    return [`  ${atMs.toFixed(1)}`, kind, slot, reason, from, to, cause].filter((part) => part !== undefined).join(" ");
  });
  return [`${name}: ${JSON.stringify(options)}`, ...lines].join("\n");
}

/** One world from its seed; throws when it does not end in one session that stays. */
function live(seed: number): { readonly settledMs: number; readonly collisions: number } {
  const random = numbers(seed);
  const [a, b] = bothConfigs(random);
  const problems = [...validatePeerConfig(a), ...validatePeerConfig(b)];
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const spread = oneOf(random, [1, 10, 100, 400, 1500]);
  const slow = random() * 500;
  let outageEnd = 0;
  const pair: Pair = new Pair({
    a,
    b,
    random,
    latencyMs: () => Math.max(0, outageEnd - pair.clock.now()) + random() * spread,
    cut: (bytes) => {
      const at = Math.floor(random() * bytes.length);
      return random() < 0.5 ? [bytes] : [bytes.subarray(0, at), bytes.subarray(at)];
    },
    ...(random() < 0.3 ? { verdictMs: () => random() * slow } : {}),
  });
  const must = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`${what}\n${story("a", pair.a)}\n${story("b", pair.b)}`);
  };
  pair.a.call((peer, now) => peer.start(now));
  pair.run(random() * 3000);
  pair.b.call((peer, now) => peer.start(now));
  for (let left = Math.floor(random() * 4); left > 0; left--) {
    pair.run(random() * 10_000);
    mishap(pair, random, (ms) => {
      outageEnd = pair.clock.now() + ms;
    });
  }
  const from = pair.clock.now();
  must(
    pair.runUntil(() => pair.established, settleMs),
    "no session",
  );
  const settledMs = pair.clock.now() - from;
  // Whatever was still on its way has arrived by then.
  pair.run(10_000);
  must(
    pair.runUntil(() => pair.established, settleMs),
    "no session after the last segments",
  );
  pair.run(60_000);
  must(pair.established, "the session was lost again");
  let collisions = 0;
  for (const end of [pair.a, pair.b]) {
    must(isUp(end), "established, but not told");
    collisions += end.eventsOf("dropped").filter(({ reason }) => reason === "collision").length;
  }
  return { settledMs, collisions };
}

test(
  `two speakers end with exactly one session in each of ${worlds} worlds, whatever the delays and mishaps, and keep it`,
  ({ task }) => {
    let slowestMs = 0;
    let collisions = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const outcome = live(seed);
        slowestMs = Math.max(slowestMs, outcome.settledMs);
        collisions += outcome.collisions;
      }),
      { numRuns: worlds },
    );
    // Else the worlds are too tame to mean anything.
    expect(collisions).toBeGreaterThan(worlds / 10);
    Object.assign(task.meta, { worlds, collisions, slowestMs: Math.round(slowestMs) });
  },
  10_000 + worlds * 50,
);
