import fc from "fast-check";

/** The VIPs of every history: two of one family, one of the other, whose address goes with its interface. */
export const PREFIXES = ["192.0.2.1/32", "192.0.2.2/32", "2001:db8::3/128"] as const;

/** The peer that every history has; it is external. */
export const PEER = "10.0.0.254";

/** Where a VIP may be wanted. */
export const PLACES = ["lo", "veth0"] as const;

/** What a VIP is checked by: nothing, a probe of its service, or a verdict that somebody must push. */
export const CHECKS = ["none", "probe", "pushed"] as const;

/** What the service behind a VIP answers: `silent` ends only when the probe is aborted, `stuck` not even then. */
export const SERVICES = ["up", "slow", "down", "silent", "stuck"] as const;

/** The preference of a node that takes part in ECMP. */
export const BEST_PREFERENCE = 10;

/** How long a VIP that becomes able to serve stays standby, where it has a failback delay. */
const FAILBACK_MS = 3000;

/** What a node wants of one VIP. */
export interface Wanted {
  readonly name: (typeof PLACES)[number];
  readonly adopt: boolean;
  readonly med: number;
  readonly drainMs: number;
  readonly check: (typeof CHECKS)[number];
  readonly unbindWhenUnhealthy: boolean;
  readonly preference: number;
  readonly failbackMs: number;
}

/** An address that somebody else may have added is never taken away for its health. */
export function unbinds({ unbindWhenUnhealthy, adopt }: Wanted): boolean {
  return unbindWhenUnhealthy && !adopt;
}

/** What can happen to the process and the world around it. `which` is an index of {@link PREFIXES}. */
export type Act =
  | { readonly kind: "apply"; readonly which: number; readonly wanted: Wanted }
  | { readonly kind: "remove" | "drain" | "undrain" | "reset-damping" | "explain"; readonly which: number }
  | { readonly kind: "drain-node" | "undrain-node" }
  | { readonly kind: "service"; readonly which: number; readonly service: (typeof SERVICES)[number] }
  /** Verdicts that go to and fro. */
  | { readonly kind: "waver"; readonly which: number; readonly times: number; readonly everyMs: number }
  | { readonly kind: "host-address" | "host-address-gone"; readonly which: number }
  | { readonly kind: "take" | "put"; readonly which: number; readonly name: (typeof PLACES)[number] }
  /** A rival takes the address again and again. */
  | { readonly kind: "fight"; readonly which: number; readonly times: number; readonly everyMs: number }
  | {
      readonly kind: "health";
      readonly which: number;
      readonly health: "healthy" | "degraded" | "unhealthy";
      readonly ttlMs: number | null;
    }
  | { readonly kind: "link"; readonly name: (typeof PLACES)[number]; readonly up: boolean }
  | { readonly kind: "flap"; readonly name: (typeof PLACES)[number]; readonly times: number; readonly everyMs: number }
  | {
      readonly kind: "weather";
      readonly failing: number;
      readonly delayMs: number;
      readonly handOverMs: number;
      readonly eventDelayMs: number;
      readonly refusing: number;
    }
  /** The disk does not take what is drained, and does not give it back. */
  | { readonly kind: "drains-disk"; readonly failing: boolean }
  | { readonly kind: "ledger"; readonly failing: boolean; readonly delayMs: number }
  /** The kernel answers nothing until the weather is calm; or the ledger; or nobody takes withdrawals. */
  | { readonly kind: "hang"; readonly what: "host" | "ledger" | "peers" }
  /** `kill -9` when the process has crossed so many more borders (0: now); the next one starts so much later. */
  | { readonly kind: "kill"; readonly crossings: number; readonly startAfterMs: number; readonly ledgerLost: boolean }
  /** `close()`, and a new process so much later, whether the old one had ended or not. */
  | { readonly kind: "stop"; readonly startAfterMs: number }
  | { readonly kind: "deaf" | "resync" | "drop" | "establish" | "second-peer" }
  | { readonly kind: "calm" }
  | { readonly kind: "pass"; readonly ms: number };

// Most of it happens to one of them, so that much happens to it.
const which = fc.constantFrom(0, 0, 0, 0, 1, 2);
const name = fc.constantFrom(...PLACES);
const somewhere = fc.constantFrom(...(["lo", "lo", "lo", "veth0"] as const));

function one<Kind extends Act["kind"]>(kind: Kind): fc.Arbitrary<Kind> {
  return fc.constant(kind);
}

/** A history; long enough for one thing to meet another. */
export const acts: () => fc.Arbitrary<Act[]> = () => fc.array(act, { maxLength: 40, size: "max" });

/** Any of them; what is worth more is more frequent. */
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: one("apply"),
      which,
      wanted: fc.record({
        name: somewhere,
        adopt: fc.boolean(),
        med: fc.constantFrom(0, 1),
        drainMs: fc.constantFrom(0, 0, 300),
        check: fc.constantFrom(...(["none", "none", "probe", "pushed"] as const)),
        unbindWhenUnhealthy: fc.constantFrom(false, false, true),
        preference: fc.constantFrom(10, 10, 5, 0),
        failbackMs: fc.constantFrom(0, 0, FAILBACK_MS),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: one("remove"), which }) },
  { weight: 5, arbitrary: fc.record({ kind: one("take"), which, name: somewhere }) },
  { weight: 1, arbitrary: fc.record({ kind: one("put"), which, name: somewhere }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: one("fight"),
      which,
      times: fc.integer({ min: 2, max: 12 }),
      everyMs: fc.constantFrom(0.3, 4, 60),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(["host-address", "host-address-gone"] as const)),
      which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(["drain", "undrain", "reset-damping", "explain"] as const)),
      which,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom(...(["drain-node", "undrain-node"] as const)) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: one("service"), which, service: fc.constantFrom("up", ...SERVICES) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: one("waver"),
      which,
      times: fc.integer({ min: 2, max: 12 }),
      everyMs: fc.constantFrom(1, 30, 200),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: one("health"),
      which,
      health: fc.constantFrom(...(["healthy", "healthy", "degraded", "unhealthy"] as const)),
      ttlMs: fc.constantFrom(null, null, 5, 700),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: one("link"), name, up: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: one("flap"),
      name,
      times: fc.integer({ min: 1, max: 6 }),
      everyMs: fc.constantFrom(0.5, 7, 40),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: one("weather"),
      failing: fc.constantFrom(0, 0.2, 0.7),
      delayMs: fc.constantFrom(0, 1, 30),
      handOverMs: fc.constantFrom(0, 5, 200),
      eventDelayMs: fc.constantFrom(0, 0.5, 3),
      refusing: fc.constantFrom(0, 0, 0.3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: one("drains-disk"), failing: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: one("ledger"), failing: fc.boolean(), delayMs: fc.constantFrom(0, 0, 2, 400) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: one("hang"),
      what: fc.constantFrom(...(["host", "ledger", "peers"] as const)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: one("kill"),
      crossings: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
      startAfterMs: fc.constantFrom(0, 0, 3, 2000),
      ledgerLost: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: one("stop"), startAfterMs: fc.constantFrom(0, 20, 400, 20_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(["deaf", "resync", "drop", "establish", "second-peer"] as const)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: one("calm") }) },
  { weight: 9, arbitrary: fc.record({ kind: one("pass"), ms: fc.constantFrom(0, 1, 4, 20, 600, 7000) }) },
);
