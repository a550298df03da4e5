import { expect, test } from "vitest";
import { definitions } from "../../src/metrics/definitions.ts";
import { type Observation, type PeerFigures, samplesOf } from "../../src/metrics/samples.ts";
import { NotificationTally, Tally } from "../../src/metrics/tally.ts";

const nowMs = Date.parse("2026-01-01T00:01:00Z");

function peer(address: string, state: "Established" | "Active" = "Established"): PeerFigures {
  return {
    snapshot: {
      address,
      state,
      since: "2026-01-01T00:00:00Z",
      counters: {
        established: 3,
        messagesReceived: 10,
        messagesSent: 11,
        octetsReceived: 190,
        octetsSent: 209,
        updatesReceived: 1,
        updatesSent: 2,
      },
      routes: { desired: 1, advertised: 1, pending: 0, refused: [], received: 0 },
    },
    notifications: [{ direction: "received", code: "cease", total: 2 }],
  };
}

function vip(prefix: string, more: Partial<Observation["vips"][number]> = {}): Observation["vips"][number] {
  return {
    vip: prefix,
    bound: true,
    health: "healthy",
    state: "announced",
    announced: true,
    refusal: null,
    verdict: null,
    peers: [],
    ...more,
  };
}

function observation(more: Partial<Observation> = {}): Observation {
  const config = { stale: false, loadedAtMs: nowMs };
  return { nowMs, version: "1.0.0", ready: true, config, peers: [], vips: [], tally: new Tally(), ...more };
}

const values = (seen: Observation, limit?: number): Record<string, number> =>
  Object.fromEntries(
    samplesOf(seen, limit).map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(" "), value]),
  );

test("shows a session by state, uptime, traffic and NOTIFICATIONs", () => {
  const shown = values(observation({ peers: [peer("10.0.0.1"), peer("10.0.0.2", "Active")] }));
  expect(shown).toMatchObject({
    vipcast_peers: 2,
    "vipcast_session_up 10.0.0.1": 1,
    "vipcast_session_up 10.0.0.2": 0,
    "vipcast_session_state 10.0.0.1 Established": 1,
    "vipcast_session_state 10.0.0.1 Idle": 0,
    "vipcast_session_state 10.0.0.2 Active": 1,
    "vipcast_session_uptime_seconds 10.0.0.1": 60,
    "vipcast_session_uptime_seconds 10.0.0.2": 0,
    "vipcast_session_flaps_total 10.0.0.1": 2,
    "vipcast_session_flaps_total 10.0.0.2": 3,
    "vipcast_session_messages_total 10.0.0.1 in": 10,
    "vipcast_session_updates_total 10.0.0.1 out": 2,
    "vipcast_session_notifications_total 10.0.0.1 in cease": 2,
  });
});

test("shows a VIP by what it is, and all probes of a group together", () => {
  const timing = { intervalMs: 1, fastIntervalMs: 1, timeoutMs: 1, rise: 1, fall: 1, graceMs: 0 };
  const probe = (total: number, totalFailed: number, tookMs: number): object => ({
    kind: "tcp",
    name: "tcp://127.0.0.1:1",
    health: "healthy",
    onFailure: "withdraw",
    successes: 0,
    failures: 0,
    timing,
    total,
    totalFailed,
    last: { agoMs: 1, detail: "", ok: true, tookMs },
    runningMs: null,
    nextInMs: 1,
  });
  const check = { kind: "all", health: "healthy", onFailure: "withdraw", of: [probe(10, 1, 5), probe(4, 2, 20)] };
  const tally = new Tally();
  const restored = { event: "address.restored", vip: "192.0.2.1/32", interface: "lo", afterMs: 1, withdrawn: false };
  tally.count({ ...restored, event: "address.restored", time: "", causes: [] });
  const shown = values(
    observation({
      tally,
      vips: [
        vip("192.0.2.1/32", { verdict: { check } as unknown as Observation["vips"][number]["verdict"] }),
        vip("192.0.2.2/32", { state: "drained", announced: false, health: "degraded" }),
      ],
    }),
  );
  expect(shown).toMatchObject({
    vipcast_vips: 2,
    "vipcast_vip_announced 192.0.2.1/32": 1,
    "vipcast_vip_checks_total 192.0.2.1/32 success": 11,
    "vipcast_vip_checks_total 192.0.2.1/32 failure": 3,
    "vipcast_vip_check_seconds 192.0.2.1/32": 0.02,
    "vipcast_address_restored_total 192.0.2.1/32": 1,
    "vipcast_vip_draining 192.0.2.2/32": 1,
    "vipcast_vip_announced 192.0.2.2/32": 0,
    "vipcast_vip_healthy 192.0.2.2/32": 0,
    "vipcast_vip_degraded 192.0.2.2/32": 1,
  });
  expect(shown).not.toHaveProperty("vipcast_vip_checks_total 192.0.2.2/32 success");
});

test("bounds the values of a label: whoever is beyond the limit is added up under one", () => {
  const vips = Array.from({ length: 5 }, (_, index) => vip(`192.0.2.${index}/32`));
  const peers = Array.from({ length: 3 }, (_, index) => peer(`10.0.0.${index}`));
  const shown = values(observation({ vips, peers }), 2);
  expect(shown).toMatchObject({
    vipcast_vips: 5,
    "vipcast_vip_announced 192.0.2.1/32": 1,
    "vipcast_vip_announced other": 3,
    "vipcast_session_messages_total other in": 10,
  });
  expect(shown).not.toHaveProperty("vipcast_vip_announced 192.0.2.2/32");
});

test("has only metrics and labels that are defined", () => {
  const shown = samplesOf(observation({ peers: [peer("10.0.0.1")], vips: [vip("192.0.2.1/32")] }));
  for (const { name, labels } of shown) expect(Object.keys(labels)).toEqual(definitions[name].labels);
});

test("a peer that sends every kind of NOTIFICATION gets one series for each code that has a name", () => {
  const tally = new NotificationTally();
  for (let code = 0; code < 256; code++) tally.count("received", code);
  tally.count("sent", 4);
  expect(tally.counts).toContainEqual({ direction: "received", code: "unknown", total: 247 });
  expect(tally.counts).toContainEqual({ direction: "sent", code: "hold-timer-expired", total: 1 });
  expect(tally.counts).toHaveLength(11);
});
