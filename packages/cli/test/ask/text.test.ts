import { describe, expect, test } from "vitest";
import { eventJson, eventText } from "../../src/ask/event-line.ts";
import { explainText } from "../../src/ask/explain.ts";
import { peersText } from "../../src/ask/peers.ts";
import { reloadText } from "../../src/ask/reload.ts";
import { remediesOf } from "../../src/ask/remedies.ts";
import { routesText } from "../../src/ask/routes.ts";
import { statusText } from "../../src/ask/status.ts";
import { undrainText } from "../../src/ask/undrain.ts";
import { vipsText } from "../../src/ask/vips.ts";
import type { Explanation } from "../../src/control/resources/explanation.ts";
import { downPeer, nowMs, onPipe, peer, status, unhealthy, vip } from "./fixtures.ts";

describe("status", () => {
  test("says that all is well", () => {
    expect(statusText(status(), onPipe, nowMs)).toBe(
      `vipcast 0.1.0, AS 65001, router id 10.0.0.1, process 4711, up 2h 3m
sessions:      2 of 2 Established
virtual IPs:   3 of 3 announced
configuration: /etc/vipcast/vipcast.yaml, read 1m ago
all is well
`,
    );
  });

  test("says what is wrong, what waits, and what to do about it", () => {
    const { config } = status();
    const text = statusText(
      status({
        instance: "blue",
        state: "stopping",
        drained: true,
        healthy: false,
        problems: ["The session with 10.0.1.254 is down.", "192.0.2.11/32 is unhealthy."],
        peers: { configured: 2, established: 1, down: ["10.0.1.254"] },
        vips: { configured: 3, announced: 0, sent: 0, unhealthy: 1, drained: 2, refused: 0, states: {} },
        config: {
          ...config,
          files: [...config.files, "/etc/vipcast/conf.d/a.yaml"],
          stale: true,
          needsRestart: ["asn stays 65001"],
          confirm: { until: "2026-01-02T03:04:35.000Z", remainingMs: 30_000 },
          lastRollback: { at: "2026-01-02T03:03:05.000Z", reason: "every session was lost" },
        },
      }),
      onPipe,
      nowMs,
    );
    expect(text).toBe(
      `vipcast 0.1.0 (blue), AS 65001, router id 10.0.0.1, process 4711, up 2h 3m, stopping
sessions:      1 of 2 Established
virtual IPs:   0 of 3 announced (1 unhealthy, 2 draining or drained)
configuration: /etc/vipcast/vipcast.yaml and 1 file of conf.d, read 1m ago, stale
the node is drained: vipcast undrain puts it back into service
a reload is rolled back in 30s unless it is confirmed: vipcast reload confirm
rolled back 1m ago: every session was lost
for a restart: asn stays 65001
2 problems:
  The session with 10.0.1.254 is down.
  192.0.2.11/32 is unhealthy.
`,
    );
  });
});

test("what no peer has been sent is not called announced", () => {
  const { vips } = status();
  const text = statusText(status({ vips: { ...vips, sent: 1 } }), onPipe, nowMs);
  expect(text).toContain("virtual IPs:   1 of 3 announced (2 ready, and sent to no peer)\n");
  const unsent = vip({
    reason: "10.0.0.254: the session is Active",
    peers: [{ peer: "10.0.0.254", announced: false, fingerprint: "1a2b3c4d" }],
  });
  expect(vipsText({ vips: [unsent] }, onPipe)).toBe(
    `VIP            STATE     HEALTH   BOUND  PEERS  PREF  WHY
192.0.2.10/32  not sent  healthy  lo       0/1    10  10.0.0.254: the session is Active
`,
  );
});

describe("peers", () => {
  test("shows state, times, prefixes and the last error", () => {
    expect(peersText({ peers: [peer(), downPeer()] }, onPipe, nowMs)).toBe(
      `PEER           AS  STATE        SINCE  HOLD  IN  OUT  LAST ERROR
10.0.0.254  65000  Established  1h 2m     9   0    3
10.0.1.254  65000  Active        4.2s         0  0+3  5s ago: cannot connect: connect ECONNREFUSED 10.0.1.254:179: nothing listens there
`,
    );
  });

  test("shows who is kept down, until when, and which routes it did not take", () => {
    const text = peersText(
      {
        peers: [
          downPeer({ heldDown: { cause: "too many prefixes", until: "2026-01-02T03:05:05.000Z" } }),
          downPeer({ address: "10.0.2.254", state: "Idle", shutdown: "planned work" }),
          peer({
            description: "tor1",
            routes: {
              desired: 3,
              advertised: 2,
              pending: 0,
              received: 5,
              refused: [{ prefix: "192.0.2.10/32", reason: "too long" }],
            },
          }),
        ],
      },
      onPipe,
      nowMs,
    );
    expect(text).toContain("Active (held down)");
    expect(text).toContain("too many prefixes, for 1m more");
    expect(text).toContain("Idle (shut down)");
    expect(text).toContain("shut down: planned work");
    expect(text).toMatch(/ 5 +2!1 +tor1/);
  });

  test("fits a terminal of 80 cells", () => {
    const text = peersText({ peers: [peer(), downPeer()] }, { width: 80, colour: false }, nowMs);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain("…");
  });
});

describe("vips", () => {
  test("shows the fingerprint by which nodes are compared", () => {
    const view = vipsText(
      {
        vips: [
          vip(),
          vip({
            vip: "2001:db8::10/128",
            state: "bound",
            announced: false,
            health: "unhealthy",
            healthy: false,
            reason: "the check fails",
            weight: 10e9,
            peers: [{ peer: "10.0.0.254", announced: false, fingerprint: "1a2b3c4d" }],
          }),
        ],
      },
      onPipe,
    );
    expect(view).toBe(
      `VIP               STATE      HEALTH     BOUND  PEERS  PREF  WEIGHT  FINGERPRINT  WHY
192.0.2.10/32     announced  healthy    lo       2/2    10          1a2b3c4d     it is bound and healthy
2001:db8::10/128  bound      unhealthy  lo       0/1    10     10G               the check fails
`,
    );
  });

  test("shows both when peers are told different things, and where it comes from", () => {
    const text = vipsText(
      {
        vips: [
          vip({
            origin: "api",
            persisted: true,
            peers: [
              { peer: "a", announced: true, fingerprint: "11111111" },
              { peer: "b", announced: true, fingerprint: "22222222" },
            ],
          }),
        ],
      },
      onPipe,
    );
    expect(text).toContain("11111111 22222222");
    expect(text).toContain("api, kept");
  });

  test("says what to do when there is none", () => {
    expect(vipsText({ vips: [] }, onPipe)).toBe(
      "no virtual IPs: add some to vips in the configuration, and run vipcast reload\n",
    );
  });
});

test("routes are one line each, and only sent ones have a fingerprint", () => {
  const route = {
    peer: "10.0.0.254",
    direction: "sent",
    prefix: "192.0.2.10/32",
    family: "ipv4-unicast",
    pathId: 1,
    nextHop: "self",
    origin: "igp",
    asPath: "65001",
    med: 5,
    localPref: null,
    communities: ["65000:100"],
    largeCommunities: ["65001:1:167772161"],
    extendedCommunities: [],
    fingerprint: "1a2b3c4d",
  } as const;
  expect(routesText([route], onPipe, false)).toBe(
    `PREFIX            PEER        NEXT HOP  AS PATH  MED  COMMUNITIES                  FINGERPRINT
192.0.2.10/32 #1  10.0.0.254  self      65001      5  65000:100 65001:1:167772161  1a2b3c4d
`,
  );
  expect(routesText([route], onPipe, true)).not.toContain("FINGERPRINT");
});

describe("explain", () => {
  test("says why, per peer, with the last NOTIFICATIONs made harmless, and what to do", () => {
    expect(explainText(unhealthy(), onPipe)).toBe(
      `192.0.2.10/32 is not announced (bound)
  bound on lo, unhealthy, preference 10 of 10
  because 192.0.2.10/32 is not healthy
  because the check tcp://127.0.0.1:6443 fails
  check tcp://127.0.0.1:6443: unhealthy, 7 failed in a row, 7 of 100 failed
    last, 0.4s ago: failed, connect ECONNREFUSED 127.0.0.1:6443
    every 1s, answer within 0.5s, rise 2, fall 3; withdraw on failure
10.0.0.254 (AS 65000): not announced
  the virtual IP is not announced to anybody
10.0.1.254 (AS 65000): not announced
  there is no session
  last NOTIFICATION sent: Hold Timer Expired (4/0)
  last NOTIFICATION received: Cease / Administrative Shutdown: \\x1b[31mback at 5\\x1b[0m (6/2)
What to do:
  Make tcp://127.0.0.1:6443 succeed 2 times in a row, 1s apart; what it saw last is above.
  The session with 10.0.1.254 is tried again by itself; vipcast peers says why it is down, and docs/sessions.md what each reason means.
  After an error BIRD keeps a neighbour out for 60 s and more unless it is told otherwise: write error wait time 1, 5 (vipcast peers --router-config bird).
`,
    );
  });

  const states: readonly (readonly [Partial<Explanation>, RegExp])[] = [
    [{ state: "drained" }, /^Put it back into service with vipcast undrain 192\.0\.2\.10\/32/],
    [
      {
        state: "refused",
        refusal: { vip: "127.0.0.1/32", rule: "loopback", message: "127.0.0.1/32 is a loopback address" },
      },
      /^127\.0\.0\.1\/32 is a loopback address\. Change the configuration/,
    ],
    [{ state: "damped", holdDownMs: 61_000 }, /^It is held down for 1m 1s more/],
    [
      {
        state: "failing",
        failure: { step: "bind", code: "ENODEV", message: "no such device", attempt: 3, retryInMs: 2000 },
      },
      /^bind is tried again in 2s: .*ENODEV/,
    ],
    [{ state: "leaving" }, /^It is on its way out/],
    [{ state: "unknown", peers: [], verdict: null }, /^Nothing declares 192\.0\.2\.10\/32/],
  ];
  test.each(states)("%j has a remedy", (change, words) => {
    const explained = unhealthy(change);
    expect(remediesOf(explained)[0]).toMatch(words);
    expect(explainText(explained, onPipe)).toContain("What to do:");
  });

  test("what is announced everywhere needs none", () => {
    const well = unhealthy({
      state: "announced",
      announced: true,
      healthy: true,
      health: "healthy",
      reasons: [],
      verdict: null,
    });
    const peers = well.peers.map((one) => ({ ...one, established: true, announced: true }));
    expect(remediesOf({ ...well, peers })).toEqual([]);
    expect(explainText({ ...well, peers }, onPipe)).toContain("192.0.2.10/32 is announced to 2 of 2 peers\n");
  });

  test("a maintenance file, not a request, may be what drains it", () => {
    const { verdict } = unhealthy();
    const explained = unhealthy({
      state: "drained",
      verdict: { ...verdict!, maintenance: { file: "/run/m", present: true } },
    });
    expect(remediesOf(explained)).toEqual(["It is drained while /run/m exists: remove the file."]);
  });
});

describe("events", () => {
  const line = {
    id: "7",
    time: "2026-01-02T03:04:05.006Z",
    event: "vip.withdrawn",
    vip: "192.0.2.10/32",
    peer: "10.0.0.254",
    reason: "unhealthy",
    causes: ["the check fails"],
  };

  test("are the sentences of vipcast run, with the day", () => {
    expect(eventText(line, onPipe)).toBe(
      "2026-01-02 03:04:05.006 vip.withdrawn     192.0.2.10/32 is withdrawn from 10.0.0.254: unhealthy (the check fails)\n",
    );
    expect(eventJson(line)).toBe(
      '{"time":"2026-01-02T03:04:05.006Z","event":"vip.withdrawn","id":"7","vip":"192.0.2.10/32","peer":"10.0.0.254","reason":"unhealthy","causes":["the check fails"]}\n',
    );
  });

  test("one that only a newer daemon knows is shown by its fields, and acts on no terminal", () => {
    const news = { time: line.time, event: "vip.moved", vip: "192.0.2.10/32", to: { node: 3 }, causes: ["\u001b[2J"] };
    expect(eventText(news, onPipe)).toBe(
      '2026-01-02 03:04:05.006 vip.moved         vip 192.0.2.10/32, to {"node":3} (\\x1b[2J)\n',
    );
  });
});

test("a reload names what each change costs, and what it could not do", () => {
  const change = {
    kind: "peer-replace",
    subject: "10.0.0.254",
    cost: "session",
    sentence: "the session with 10.0.0.254 is reset",
  } as const;
  const outcome = {
    dryRun: true,
    applied: false,
    changes: [change],
    needsRestart: ["asn stays 65001"],
    warnings: ["key is readable"],
    failures: [],
    confirm: null,
  };
  expect(reloadText(outcome, onPipe)).toBe(
    `warning: key is readable
session  the session with 10.0.0.254 is reset
restart  asn stays 65001
1 change would be made; nothing was changed
`,
  );
  const done = {
    ...outcome,
    dryRun: false,
    applied: true,
    warnings: [],
    needsRestart: [],
    failures: ["no such device"],
    confirm: { until: "2026-01-02T03:05:05.000Z", remainingMs: 60_000 },
  };
  expect(reloadText(done, onPipe)).toBe(
    `session  the session with 10.0.0.254 is reset
failed   no such device
1 change made
rolled back in 1m unless it is confirmed: vipcast reload confirm
`,
  );
  expect(reloadText({ ...outcome, changes: [], needsRestart: [], warnings: [] }, onPipe)).toBe(
    "nothing differs from what runs\n",
  );
});

test("undrain says what it put back", () => {
  expect(undrainText(vip({ state: "waiting" }))).toContain("192.0.2.10/32 is put back into service, now waiting");
  expect(undrainText({ drained: false, complete: true, vips: 1 })).toBe(
    "no drain is left, 1 virtual IP put back into service\n",
  );
});
