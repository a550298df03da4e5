import type { Explanation } from "../../src/control/resources/explanation.ts";
import type { PeerView } from "../../src/control/resources/peer.ts";
import type { Status } from "../../src/control/resources/status.ts";
import type { VipView } from "../../src/control/resources/vip.ts";

/** The moment that everything below was asked at. */
export const nowMs: number = Date.parse("2026-01-02T03:04:05.000Z");
const ago = (ms: number): string => new Date(nowMs - ms).toISOString();

export const onPipe: { readonly width: null; readonly colour: false } = { width: null, colour: false };

export function status(change: Partial<Status> = {}): Status {
  return {
    version: "0.1.0",
    instance: "default",
    pid: 4711,
    startedAt: ago(7_384_000),
    uptimeMs: 7_384_000,
    asn: 65001,
    routerId: "10.0.0.1",
    stateDir: "/var/lib/vipcast",
    state: "running",
    drained: false,
    healthy: true,
    problems: [],
    config: {
      file: "/etc/vipcast/vipcast.yaml",
      files: ["/etc/vipcast/vipcast.yaml"],
      loadedAt: ago(60_000),
      stale: false,
      staleSince: null,
      staleReason: null,
      problems: [],
      needsRestart: [],
      confirm: null,
      lastRollback: null,
    },
    peers: { configured: 2, established: 2, down: [] },
    vips: { configured: 3, announced: 3, sent: 3, unhealthy: 0, drained: 0, refused: 0, states: { announced: 3 } },
    events: { kept: 12, oldest: ago(7_384_000), lastId: "12" },
    ...change,
  };
}

export function peer(change: Partial<PeerView> = {}): PeerView {
  return {
    address: "10.0.0.254",
    asn: 65000,
    internal: false,
    options: {
      asn: 65000,
      localAs: 65001,
      port: 179,
      passive: false,
      holdTime: 9,
      connectRetry: 5,
      delayOpen: 0,
      families: ["ipv4-unicast"],
      extendedNextHop: false,
      staleTime: 120,
      md5: false,
    },
    state: "Established",
    since: ago(3_723_000),
    closed: false,
    paused: false,
    stale: [],
    gracefulShutdown: false,
    session: {
      holdTime: 9,
      keepalive: 3,
      families: ["ipv4-unicast"],
      addPath: { send: [], receive: [] },
      routeRefresh: "plain",
      endOfRibOutstanding: [],
      localAddress: "10.0.0.1",
      remoteAddress: "10.0.0.254",
      asn: 65000,
      prefixes: [],
      routerId: "10.0.0.254",
    },
    counters: {
      messagesReceived: 9,
      messagesSent: 9,
      updatesReceived: 1,
      updatesSent: 2,
      octetsReceived: 400,
      octetsSent: 400,
      established: 1,
    },
    routes: { desired: 3, advertised: 3, pending: 0, refused: [], received: 0 },
    ...change,
  };
}

/** One whose session was never up. */
export function downPeer(change: Partial<PeerView> = {}): PeerView {
  const { session: _session, ...rest } = peer();
  return {
    ...rest,
    address: "10.0.1.254",
    state: "Active",
    since: ago(4_200),
    routes: { desired: 3, advertised: 0, pending: 3, refused: [], received: 0 },
    lastDown: {
      reason: "connect-failed",
      cause: "cannot connect: connect ECONNREFUSED 10.0.1.254:179: nothing listens there",
      at: ago(5_000),
    },
    ...change,
  };
}

export function vip(change: Partial<VipView> = {}): VipView {
  return {
    vip: "192.0.2.10/32",
    state: "announced",
    announced: true,
    bound: true,
    interface: "lo",
    healthy: true,
    health: "healthy",
    preference: 10,
    standbyMs: 0,
    weight: null,
    holdDownMs: 0,
    origin: "file",
    persisted: false,
    reason: "it is bound and healthy",
    peers: [
      { peer: "10.0.0.254", announced: true, fingerprint: "1a2b3c4d" },
      { peer: "10.0.1.254", announced: true, fingerprint: "1a2b3c4d" },
    ],
    ...change,
  };
}

/** Withdrawn by its check, with one peer that was told and one that is away. */
export function unhealthy(change: Partial<Explanation> = {}): Explanation {
  const attributes = { origin: "igp", nextHop: "self" } as const;
  return {
    vip: "192.0.2.10/32",
    state: "bound",
    announced: false,
    bound: true,
    interface: "lo",
    healthy: false,
    health: "unhealthy",
    preference: 10,
    standbyMs: 0,
    weight: null,
    verdict: {
      health: "unhealthy",
      judged: "unhealthy",
      causes: ["the check tcp://127.0.0.1:6443 fails"],
      check: {
        kind: "tcp",
        name: "tcp://127.0.0.1:6443",
        health: "unhealthy",
        onFailure: "withdraw",
        successes: 0,
        failures: 7,
        timing: { intervalMs: 1000, fastIntervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3, graceMs: 0 },
        total: 100,
        totalFailed: 7,
        last: { ok: false, detail: "connect ECONNREFUSED 127.0.0.1:6443", agoMs: 420, tookMs: 1 },
        runningMs: null,
        nextInMs: 580,
      },
      pushed: null,
      flaps: 1,
      holdDownMs: 0,
      maintenance: null,
    },
    reasons: ["192.0.2.10/32 is not healthy", "the check tcp://127.0.0.1:6443 fails"],
    refusal: null,
    failure: null,
    removals: 0,
    holdDownMs: 0,
    next: [],
    peers: [
      {
        peer: "10.0.0.254",
        asn: 65000,
        established: true,
        announced: false,
        why: "the virtual IP is not announced to anybody",
        attributes,
        fingerprint: "1a2b3c4d",
      },
      {
        peer: "10.0.1.254",
        asn: 65000,
        established: false,
        announced: false,
        why: "there is no session",
        attributes,
        fingerprint: "1a2b3c4d",
        lastNotificationSent: { code: 4, subcode: 0, text: "Hold Timer Expired", direction: "sent" },
        lastNotificationReceived: {
          code: 6,
          subcode: 2,
          text: "Cease / Administrative Shutdown: \u001b[31mback at 5\u001b[0m",
          direction: "received",
        },
      },
    ],
    ...change,
  };
}
