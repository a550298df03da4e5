import { type HostIndex, isOurs, keyOf } from "../host/host-index.ts";
import { fullLength } from "../intent/address.ts";
import type { DesiredVip } from "../intent/desired-vip.ts";
import type { Binding } from "../ports.ts";
import type { RouteState } from "./step.ts";

/** What {@link planVip} looks at: the world as far as one VIP sees it. */
export interface VipView extends RouteState {
  readonly nowMs: number;
  /** Everything of ours with this prefix, on any interface. */
  readonly owned: readonly Binding[];
  /** Interfaces for which the ledger has an entry of this prefix. */
  readonly recorded: readonly string[];
  /** What stands at the place where the VIP belongs. */
  readonly place: "ours" | "foreign" | "empty";
  readonly linkUp: boolean;
  readonly ledger: LedgerUse;
}

/**
 * `first`: the kernel keeps no marks, so that the ledger alone tells what is ours: it is written before anything is bound. `behind`: the mark comes
 * with the address and tells; the ledger follows, and nothing waits for the disk. `down`: the same, and the disk has just refused: it is
 * left alone until the next look at the host.
 */
export type LedgerUse = "first" | "behind" | "down";

/** The ledger as {@link viewOf} needs it. */
export interface LedgerView {
  /** Durably recorded. */
  has(key: string): boolean;
  /** Interfaces recorded for a prefix, or about to be. */
  interfacesOf(prefix: string): readonly string[];
}

/** Nothing announced, withdrawn or lost. */
export const noRoute: RouteState = { announced: null, withdrawnAtMs: null, lostAtMs: null };

/** Where a VIP belongs. */
export function bindingOf(vip: DesiredVip, name: string = vip.interface): Binding {
  const { prefix, address, prefixLength, family } = vip;
  return {
    prefix,
    address,
    prefixLength,
    family,
    interface: name,
    kind: prefixLength === fullLength(family) ? "address" : "route",
  };
}

/** Gathers what concerns one VIP. */
export function viewOf(
  vip: DesiredVip,
  index: HostIndex,
  book: LedgerView,
  state: RouteState,
  at: { nowMs: number; ledger: LedgerUse },
): VipView {
  const inLedger = (key: string): boolean => book.has(key);
  const wanted = bindingOf(vip);
  const same = index
    .at(vip.address)
    .filter(({ prefixLength, kind }) => prefixLength === vip.prefixLength && kind === wanted.kind);
  const found = index.get(keyOf(wanted));
  return {
    announced: state.announced,
    withdrawnAtMs: state.withdrawnAtMs,
    lostAtMs: state.lostAtMs,
    nowMs: at.nowMs,
    owned: same.filter((address) => isOurs(address, inLedger)).map((address) => bindingOf(vip, address.interface)),
    recorded: book.interfacesOf(vip.prefix),
    place: found === undefined ? "empty" : isOurs(found, inLedger) ? "ours" : "foreign",
    linkUp: index.link(vip.interface)?.up === true,
    ledger: at.ledger,
  };
}

/** Whether packets for the VIP are answered here, as far as can be seen. */
export function isUsable(vip: DesiredVip, view: VipView): boolean {
  if (!vip.bind) return vip.assumeBound || (view.linkUp && view.place === "foreign");
  return view.linkUp && (view.place === "ours" || (view.place === "foreign" && vip.adopt));
}
