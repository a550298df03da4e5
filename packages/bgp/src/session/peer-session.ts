import type { RouteBatch } from "../codec/message.ts";
import type { NotificationBody } from "../codec/outcome.ts";
import type { PeerConfig } from "../fsm/config.ts";
import type { CloseCause } from "../fsm/event.ts";
import type { Negotiated } from "../fsm/negotiate.ts";
import type { FsmStateName } from "../fsm/state.ts";
import type { Family } from "../iana/afi-safi.ts";
import type { StopReason } from "./events.ts";
import type { AcceptResult, PeerEvent, PeerSessionSnapshot, Slot } from "./peer-events.ts";

export interface PeerSessionOptions {
  readonly config: PeerConfig;
  /** In [0, 1); jitter only. */
  readonly random: () => number;
}

export declare class PeerSession {
  constructor(options: PeerSessionOptions);
  get config(): PeerConfig;
  get state(): FsmStateName;
  get negotiated(): Negotiated | null;
  start(now: number): readonly PeerEvent[];
  stop(now: number, reason?: StopReason): readonly PeerEvent[];
  /** End what is up with this NOTIFICATION; unlike `stop`, it comes back by itself after the backoff. */
  reject(now: number, notification: NotificationBody, cause: string): readonly PeerEvent[];
  accept(now: number): AcceptResult;
  /** Our dial succeeded. */
  connected(now: number): readonly PeerEvent[];
  closed(slot: Slot, now: number, cause: CloseCause): readonly PeerEvent[];
  receive(slot: Slot, chunk: Uint8Array, now: number): readonly PeerEvent[];
  /** Call it after everything readable was given to `receive`. */
  tick(now: number): readonly PeerEvent[];
  nextDeadline(): number;
  /** Owned by the caller, never reused. Call after every other call. */
  takeOutput(slot: Slot): Uint8Array | null;
  /** False when not Established: nothing was sent. */
  sendRoutes(batch: RouteBatch): boolean;
  sendEndOfRib(family: Family): boolean;
  sendRouteRefresh(family: Family): boolean;
  /** The slot that `sendRoutes` writes to, or null. */
  get establishedSlot(): Slot | null;
  snapshot(): PeerSessionSnapshot;
}
