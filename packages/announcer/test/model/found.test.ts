import { test } from "vitest";
import type { Act, Wanted } from "./acts.ts";
import { live } from "./live.ts";

// What `histories.test.ts` has found with seeds that nobody will draw again soon, as short as fast-check could make it.

const plain: Wanted = {
  name: "lo",
  adopt: false,
  med: 0,
  drainMs: 0,
  check: "none",
  unbindWhenUnhealthy: false,
  preference: 10,
  failbackMs: 0,
};
const slow = { kind: "weather", failing: 0, delayMs: 30, handOverMs: 0, eventDelayMs: 0, refusing: 0 } as const;

interface Found {
  readonly what: string;
  readonly chance: number;
  readonly acts: readonly Act[];
}

const found: readonly Found[] = [
  {
    what: "an address is taken from lo while what was left of it is on an interface that has long been down",
    chance: 1404561138,
    acts: [
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "pass", ms: 0 },
      { kind: "kill", crossings: 0, startAfterMs: 0, ledgerLost: false },
      { kind: "pass", ms: 0 },
      { kind: "weather", failing: 0.7, delayMs: 0, handOverMs: 0, eventDelayMs: 0, refusing: 0 },
      { kind: "kill", crossings: 0, startAfterMs: 0, ledgerLost: false },
      { kind: "link", name: "veth0", up: false },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "pass", ms: 7000 },
      { kind: "take", which: 0, name: "lo" },
    ],
  },
  {
    what: "an address moves from an interface that is down to one that goes down at that very moment",
    chance: 0,
    acts: [
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "pass", ms: 0 },
      { kind: "link", name: "veth0", up: false },
      { kind: "pass", ms: 20 },
      { kind: "link", name: "lo", up: false },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "pass", ms: 0 },
    ],
  },
  {
    what: "an address of whose bind nothing was heard is removed while the host is looked at slowly",
    chance: 810684362,
    acts: [
      { kind: "deaf" },
      slow,
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "pass", ms: 600 },
      { kind: "resync" },
      { kind: "pass", ms: 20 },
      { kind: "take", which: 0, name: "veth0" },
    ],
  },
  {
    what: "a look at the host is answered at the very moment at which an old place is given up",
    chance: 0,
    acts: [
      { kind: "deaf" },
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "pass", ms: 0 },
      { kind: "put", which: 2, name: "lo" },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "health", which: 0, health: "healthy", ttlMs: null },
      { kind: "take", which: 0, name: "lo" },
      { kind: "remove", which: 2 },
      { kind: "apply", which: 2, wanted: plain },
    ],
  },
  {
    what: "a stop comes in the moment in which the host has been looked at for the first time",
    chance: 0,
    acts: [
      { kind: "apply", which: 1, wanted: plain },
      { kind: "pass", ms: 0 },
      { kind: "kill", crossings: 0, startAfterMs: 0, ledgerLost: false },
      { kind: "hang", what: "host" },
      { kind: "pass", ms: 0 },
      { kind: "calm" },
      { kind: "fight", which: 0, times: 2, everyMs: 0.3 },
      { kind: "take", which: 0, name: "lo" },
      { kind: "stop", startAfterMs: 0 },
    ],
  },
  {
    what: "an interface goes down, and the intent moves its VIP away and back before that is acted on",
    chance: 0,
    acts: [
      { kind: "pass", ms: 0 },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "link", name: "lo", up: false },
      { kind: "flap", name: "veth0", times: 2, everyMs: 7 },
      { kind: "pass", ms: 4 },
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "pass", ms: 20 },
    ],
  },
  {
    what: "an adopted address is lost while the ledger is slow, and the ledger has to come before it is put back",
    chance: 1218450798,
    acts: [
      { kind: "apply", which: 0, wanted: { ...plain, adopt: true } },
      { kind: "pass", ms: 0 },
      { kind: "kill", crossings: 1, startAfterMs: 0, ledgerLost: false },
      { kind: "ledger", failing: true, delayMs: 400 },
      { kind: "apply", which: 2, wanted: plain },
      { kind: "pass", ms: 0 },
      { kind: "take", which: 0, name: "lo" },
    ],
  },
  {
    what: "news was lost, the look that follows fails, and an address of whose bind nothing was heard is removed",
    chance: 0,
    acts: [
      { kind: "fight", which: 0, times: 2, everyMs: 0.3 },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "deaf" },
      { kind: "pass", ms: 0 },
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0", preference: 0 } },
      { ...slow, failing: 0.7, delayMs: 0 },
      { kind: "resync" },
      { kind: "pass", ms: 0 },
    ],
  },
  {
    what: "a bind is done and said not to be, and at the stop the look at the host fails",
    chance: 10,
    acts: [
      { ...slow, delayMs: 0, eventDelayMs: 3 },
      { kind: "pass", ms: 0 },
      { ...slow, delayMs: 0, failing: 0.2 },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "pass", ms: 0 },
      { kind: "stop", startAfterMs: 0 },
      { kind: "pass", ms: 0 },
    ],
  },
  {
    what: "a process is killed in the moment in which it is asked to drain the node, with a disk that has long been in order",
    chance: 0,
    acts: [
      { kind: "pass", ms: 7000 },
      { kind: "apply", which: 1, wanted: plain },
      { kind: "pass", ms: 7000 },
      { kind: "pass", ms: 7000 },
      { kind: "pass", ms: 7000 },
      { kind: "pass", ms: 7000 },
      { kind: "drain", which: 1 },
      { kind: "drain-node" },
      { kind: "kill", crossings: 0, startAfterMs: 0, ledgerLost: false },
    ],
  },
  {
    what: "an address is unbound and bound again while news is said to be lost, and is forgotten where the kernel keeps no marks",
    chance: 708478505,
    acts: [
      { kind: "apply", which: 0, wanted: { ...plain, check: "pushed" } },
      { kind: "pass", ms: 0 },
      { kind: "resync" },
      { kind: "remove", which: 0 },
      { kind: "host-address", which: 0 },
      { kind: "apply", which: 0, wanted: plain },
    ],
  },
  {
    what: "an interface goes down, and the one to which the intent moves its VIP has just gone down too",
    chance: 0,
    acts: [
      { kind: "fight", which: 2, times: 4, everyMs: 4 },
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "flap", name: "veth0", times: 1, everyMs: 40 },
      { kind: "pass", ms: 4 },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "link", name: "lo", up: false },
      { kind: "pass", ms: 600 },
    ],
  },
  {
    what: "the intent moves to a place that is being unbound, and the withdrawal comes meanwhile",
    chance: 0,
    acts: [
      { kind: "pass", ms: 0 },
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0" } },
      { kind: "take", which: 0, name: "veth0" },
      { kind: "apply", which: 0, wanted: plain },
      { kind: "service", which: 0, service: "up" },
      { kind: "health", which: 0, health: "healthy", ttlMs: null },
      { kind: "service", which: 0, service: "up" },
      { kind: "deaf" },
      { kind: "apply", which: 0, wanted: plain },
      slow,
      { kind: "waver", which: 0, times: 2, everyMs: 1 },
      { kind: "pass", ms: 0 },
      { kind: "apply", which: 0, wanted: { ...plain, name: "veth0", check: "probe", unbindWhenUnhealthy: true } },
    ],
  },
  {
    what: "an address is lost where the kernel keeps no marks and the ledger cannot be written",
    chance: 1707192415,
    acts: [
      { kind: "apply", which: 1, wanted: { ...plain, adopt: true } },
      { kind: "pass", ms: 0 },
      { kind: "ledger", failing: true, delayMs: 0 },
      { kind: "kill", crossings: 0, startAfterMs: 0, ledgerLost: false },
      { kind: "pass", ms: 7000 },
      { kind: "pass", ms: 7000 },
      { kind: "take", which: 1, name: "lo" },
      { kind: "pass", ms: 0 },
    ],
  },
  {
    what: "a bind was under way during a look at the host, and the look that follows it fails",
    chance: 1000635183,
    acts: [
      slow,
      { kind: "apply", which: 0, wanted: { ...plain, failbackMs: 3000 } },
      { kind: "pass", ms: 7000 },
      { kind: "apply", which: 1, wanted: { ...plain, check: "probe" } },
      { kind: "pass", ms: 4 },
      { kind: "take", which: 0, name: "lo" },
      { kind: "weather", failing: 0.7, delayMs: 0, handOverMs: 0, eventDelayMs: 0, refusing: 0 },
      { kind: "drain", which: 1 },
      { kind: "remove", which: 0 },
      { kind: "pass", ms: 4 },
      { kind: "pass", ms: 20 },
    ],
  },
];

for (const { what, acts, chance } of found) test(`promises are kept when ${what}`, () => live(acts, chance));
