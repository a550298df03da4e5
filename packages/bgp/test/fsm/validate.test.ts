import { expect, test } from "vitest";
import type { Role } from "../../src/codec/capabilities/009-role.ts";
import type { MaxPrefixes, PeerConfigOptions } from "../../src/fsm/config.ts";
import { PeerConfigError, validatePeerConfig } from "../../src/fsm/validate.ts";
import { Family, familyOf } from "../../src/iana/afi-safi.ts";
import { sampleConfig } from "./samples.ts";

test("the defaults are valid", () => {
  expect(validatePeerConfig(sampleConfig())).toEqual([]);
});

const limit: MaxPrefixes = { family: Family.Ipv4Unicast, limit: 1000, warningPercent: 75, restart: 300 };

const bad: [field: string, options: Partial<PeerConfigOptions>][] = [
  ["localAs", { localAs: 0 }],
  ["localAs", { localAs: 4_294_967_296 }],
  ["remoteAs", { remoteAs: 0 }],
  ["remoteAs", { remoteAs: 1.5 }],
  ["routerId", { routerId: 0 }],
  ["holdTime", { holdTime: 1 }],
  ["holdTime", { holdTime: 2 }],
  ["holdTime", { holdTime: 65536 }],
  ["holdTime", { holdTime: 9.5 }],
  ["keepalive", { keepalive: 0 }],
  ["keepalive", { keepalive: Number.NaN }],
  ["keepalive", { keepalive: 9 }],
  ["connectRetry", { connectRetry: 0 }],
  ["connectRetry", { connectRetry: Number.POSITIVE_INFINITY }],
  ["delayOpen", { delayOpen: -1 }],
  ["sendHoldTime", { sendHoldTime: 9 }],
  ["sendHoldTime", { sendHoldTime: -1 }],
  ["sendHoldTime", { sendHoldTime: Number.NaN }],
  ["sendHoldTime", { sendHoldTime: 131_071 }],
  ["idleHold.initial", { idleHold: { initial: 0 } }],
  ["idleHold.initial", { idleHold: { initial: Number.NaN } }],
  ["idleHold.max", { idleHold: { initial: 5, max: 4 } }],
  ["idleHold.max", { idleHold: { max: Number.POSITIVE_INFINITY } }],
  ["idleHold.stableAfter", { idleHold: { stableAfter: -1 } }],
  ["maxPrefixes.ipv6-unicast", { maxPrefixes: [{ ...limit, family: Family.Ipv6Unicast }] }],
  ["maxPrefixes.ipv4-unicast", { maxPrefixes: [limit, limit] }],
  ["maxPrefixes.ipv4-unicast", { maxPrefixes: [{ ...limit, limit: 0 }] }],
  ["maxPrefixes.ipv4-unicast", { maxPrefixes: [{ ...limit, limit: 2 ** 32 }] }],
  ["maxPrefixes.ipv4-unicast.warningPercent", { maxPrefixes: [{ ...limit, warningPercent: 101 }] }],
  ["maxPrefixes.ipv4-unicast.restart", { maxPrefixes: [{ ...limit, restart: 0 }] }],
  ["role", { role: "upstream" as Role }],
  ["role", { role: "peer", remoteAs: "internal" }],
  ["role", { role: "peer", remoteAs: 65001 }],
  ["roleStrict", { roleStrict: true }],
  ["families", { families: [] }],
  ["families", { families: [Family.Ipv4Unicast, Family.Ipv4Unicast] }],
  ["families", { families: [-1] }],
  ["capabilities.enhancedRouteRefresh", { capabilities: { routeRefresh: false, enhancedRouteRefresh: true } }],
  ["capabilities.extendedNextHop", { capabilities: { extendedNextHop: [Family.Ipv6Unicast] } }],
  ["capabilities.addPath", { capabilities: { addPath: [{ family: Family.Ipv6Unicast, send: true, receive: true }] } }],
  [
    "capabilities.gracefulRestart.restartTime",
    { capabilities: { gracefulRestart: { restarted: false, notification: false, restartTime: 4096, families: [] } } },
  ],
];

test.each(bad)("%s is refused in %j, with a reason and a remedy", (field, options) => {
  const problems = validatePeerConfig(sampleConfig(options));
  expect(problems.map((problem) => problem.field)).toEqual([field]);
  expect(problems[0]?.problem).not.toBe("");
  expect(problems[0]?.remedy).not.toBe("");
});

test("hold time 0 and 3 and a keepalive of a third are accepted", () => {
  expect(validatePeerConfig(sampleConfig({ holdTime: 0 }))).toEqual([]);
  expect(validatePeerConfig(sampleConfig({ holdTime: 3, keepalive: 1 }))).toEqual([]);
});

test("every option at its bounds is accepted", () => {
  const options: Partial<PeerConfigOptions>[] = [
    { sendHoldTime: 0 },
    { sendHoldTime: 9.5 },
    { sendHoldTime: 131_070 },
    { idleHold: { initial: 0.001, max: 0.001, stableAfter: 0 } },
    { maxPrefixes: [{ ...limit, limit: 1, warningPercent: 1, restart: 0.001 }] },
    { maxPrefixes: [{ ...limit, limit: 0xffff_ffff, warningPercent: null, restart: null }] },
    { role: "rs", roleStrict: true, remoteAs: "external" },
  ];
  for (const each of options) expect(validatePeerConfig(sampleConfig(each)), JSON.stringify(each)).toEqual([]);
});

test("a limit for something that is not made of prefixes is refused", () => {
  const flowSpec = familyOf(1, 133);
  const options = { families: [flowSpec], maxPrefixes: [{ ...limit, family: flowSpec }] };
  expect(validatePeerConfig(sampleConfig(options))).toMatchObject([{ problem: "what it carries are not prefixes" }]);
});

test("every problem is reported, not only the first", () => {
  const problems = validatePeerConfig(sampleConfig({ localAs: 0, routerId: 0, holdTime: 1 }));
  expect(problems.map(({ field }) => field)).toEqual(["localAs", "routerId", "holdTime"]);
});

test("the error names field, value, reason and remedy", () => {
  const error = new PeerConfigError(validatePeerConfig(sampleConfig({ holdTime: 2 })));
  expect(error.code).toBe("ERR_BGP_PEER_CONFIG");
  expect(error.message).toBe("holdTime 2: a hold time is 0 or 3 to 65535 seconds: use 9 in a data centre, 90 on a WAN");
});
