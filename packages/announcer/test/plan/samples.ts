import { routeSignature } from "../../src/ecmp/attributes.ts";
import type { DesiredVip } from "../../src/intent/desired-vip.ts";
import type { Observed } from "../../src/plan/step.ts";
import type { HostAddress } from "../../src/ports.ts";
import { vip } from "../fakes/world.ts";

/** The VIP most tests are about. */
export const V: DesiredVip = vip("192.0.2.1");
/** The loopback address, which every host has. */
export const lo: HostAddress = {
  address: "127.0.0.1",
  prefixLength: 8,
  interface: "lo",
  kind: "address",
  scope: "host",
  mark: "other",
};
/** A guard that says no. */
export const refusal = { vip: V.prefix, rule: "host-address", message: "no" } as const;

/** An address of the host with this mark. */
export function at(mark: HostAddress["mark"], prefix = V.prefix, name = "lo"): HostAddress {
  const [address = "", length] = prefix.split("/");
  return { address, prefixLength: Number(length), interface: name, kind: "address", scope: "host", mark };
}

/** The same on a kernel without marks. */
export function unmarked(observed: Observed): Observed {
  return { ...observed, addresses: observed.addresses.map((one) => ({ ...one, mark: "unknown" })) };
}

const normalForm = { mode: "normal", weight: null } as const;
const worstForm = { mode: "worst", weight: null } as const;
/** What the Adj-RIB-Out holds in normal service. */
export const announced = {
  ...normalForm,
  signature: routeSignature(V, normalForm),
  sinceMs: 0,
  draining: false,
} as const;
/** The same while a drain goes on. */
export const worst = { ...worstForm, signature: routeSignature(V, worstForm), sinceMs: 900, draining: true } as const;
/** The same while it is degraded. */
export const degraded = { ...worst, draining: false } as const;
