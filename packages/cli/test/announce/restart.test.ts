import type { HostAddress, LedgerEntry } from "@vipcast/announcer";
import { expect, test } from "vitest";
import { leftBehind } from "../../src/announce/recorded.ts";
import { initialRoutes, isDecided, RestartEvidence, type VipFacts } from "../../src/announce/restart.ts";

const left: readonly LedgerEntry[] = [
  { prefix: "192.0.2.10/32", interface: "lo" },
  { prefix: "192.0.2.11/32", interface: "lo" },
];

function address(text: string, change: Partial<HostAddress> = {}): HostAddress {
  return { address: text, prefixLength: 32, interface: "lo", scope: "host", kind: "address", mark: "ours", ...change };
}

function vip(change: Partial<VipFacts> = {}): VipFacts {
  return {
    vip: "192.0.2.10/32",
    state: "announced",
    bound: true,
    healthy: true,
    health: "healthy",
    next: [],
    failure: null,
    holdDownMs: 0,
    ...change,
  };
}

interface Given {
  readonly left?: readonly LedgerEntry[];
  readonly addresses?: readonly HostAddress[];
  readonly vips?: readonly VipFacts[];
}

function evidence(given: Given): RestartEvidence {
  const addresses = given.addresses ?? [];
  return new RestartEvidence({
    left: given.left ?? left,
    host: () => ({ addresses, links: [] }),
    vips: () => given.vips ?? [],
  });
}

test("a first start, or one after a clean stop, is no restart", () => {
  const { restarted, forwardingPreserved } = evidence({ left: [], addresses: [address("192.0.2.10")] });
  expect([restarted(), forwardingPreserved("ipv4-unicast")]).toEqual([false, false]);
});

test.each([
  ["all of them are there", [address("192.0.2.10"), address("192.0.2.11")], true],
  [
    "the kernel keeps no marks",
    [address("192.0.2.10", { mark: "unknown" }), address("192.0.2.11", { mark: "unknown" })],
    true,
  ],
  ["one is gone", [address("192.0.2.10")], false],
  ["one is on another interface", [address("192.0.2.10"), address("192.0.2.11", { interface: "eth0" })], false],
  ["one belongs to somebody else now", [address("192.0.2.10"), address("192.0.2.11", { mark: "other" })], false],
  ["one is a subnet", [address("192.0.2.10"), address("192.0.2.11", { prefixLength: 24 })], false],
] as const)("of what was left behind: %s", (_name, addresses, preserved) => {
  const { restarted, forwardingPreserved } = evidence({ addresses });
  expect([restarted(), forwardingPreserved("ipv4-unicast")]).toEqual([true, preserved]);
  // Of the other family no peer knows anything from us.
  expect(forwardingPreserved("ipv6-unicast")).toBe(false);
});

test.each([
  ["announced", [vip()], true],
  ["one of them unhealthy", [vip(), vip({ healthy: false })], false],
  ["one of them drained", [vip({ state: "draining" })], false],
  ["one of them lost its address", [vip({ bound: false })], false],
  ["none at all", [], false],
  ["all of the other family", [vip({ vip: "2001:db8::1/128" })], false],
] as const)("once everything was announced, the VIPs tell: %s", (_name, vips, preserved) => {
  const told = evidence({ vips, addresses: [address("192.0.2.10"), address("192.0.2.11")] });
  told.complete();
  expect(told.forwardingPreserved("ipv4-unicast")).toBe(preserved);
});

test.each([
  ["announced", vip(), true],
  ["not checked yet", vip({ state: "bound", health: "unknown" }), false],
  [
    "healthy and about to be announced",
    vip({ state: "bound", next: [{ kind: "announce" }] as unknown as VipFacts["next"] }),
    false,
  ],
  [
    "gone but for its address",
    vip({ state: "leaving", next: [{ kind: "unbind" }, { kind: "forget" }] as unknown as VipFacts["next"] }),
    true,
  ],
  ["unhealthy", vip({ state: "bound", health: "unhealthy" }), true],
  ["refused", vip({ state: "refused", health: "unknown" }), true],
  ["held down", vip({ state: "damped", holdDownMs: 10, health: "unknown" }), true],
  [
    "failing",
    vip({ health: "unknown", failure: { step: "bind", code: "EPERM", message: "", attempt: 1, retryInMs: 100 } }),
    true,
  ],
] as const)("End-of-RIB waits for a first verdict and what follows from it: %s", (_name, explanation, decided) => {
  expect(isDecided(explanation)).toBe(decided);
});

test("what a killed run had no time to write down is known by the kernel's marks", () => {
  const host = {
    links: [],
    addresses: [address("192.0.2.10"), address("192.0.2.12"), address("10.0.0.1", { mark: "other" })],
  };
  const known = leftBehind(left, host).map(({ prefix }) => prefix);
  expect(known).toEqual(["192.0.2.10/32", "192.0.2.11/32", "192.0.2.12/32"]);
  expect(leftBehind([], { links: [], addresses: [address("192.0.2.12", { mark: "unknown" })] })).toEqual([]);
});

test("the first routes are waited for no longer than the limit, whatever is under way", async () => {
  const busy = { idle: () => new Promise<void>(() => {}), vips: () => [] };
  expect(await initialRoutes(busy, 20)).toBe(true);
});

test("the first routes of an announcer that is closed meanwhile never come, and that is no defect", async () => {
  const closed = { idle: () => Promise.reject(new Error("the announcer was closed")), vips: () => [] };
  for (const limitMs of [0, 10_000]) expect(await initialRoutes(closed, limitMs)).toBe(false);
});
