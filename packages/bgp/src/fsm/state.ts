/**
 * The states of one BGP connection attempt loop (RFC 4271 §8.2.2).
 *
 * Theory of operation. An FSM follows one TCP connection at a time (RFC 4271 §8.2.1), from the wish for one to its end:
 *
 *   Idle ──start──▶ Connect ──TCP up──▶ OpenSent ──OPEN──▶ OpenConfirm ──KEEPALIVE──▶ Established
 *    ▲  └─passive start─▶ Active ─┘                                                        │
 *    └───────────────────────── any fault, stop or NOTIFICATION ───────────────────────────┘
 *
 * - Idle waits. With `idleHold` at Infinity it waits for a start; otherwise it starts by itself at that deadline, which
 *   the backoff schedule in `retry.ts` has set. So a fault in any state leads to Idle, and from there back by itself.
 * - Connect waits for the TCP connection that we dial; Active for one that the peer dials. With DelayOpen both also wait,
 *   with TCP up, before our OPEN is sent; `delayOpen` runs exactly then.
 * - OpenSent has sent our OPEN and waits for the peer's, OpenConfirm for the KEEPALIVE that accepts ours.
 * - Established exchanges routes.
 *
 * `negotiated` exists only once the peer's OPEN was accepted. `connectRetryCounter` counts the failures since a session
 * was last stable; it feeds the backoff. A peer that can be connected from both sides has two FSMs; which of their two
 * connections lives is decided in `collision.ts` and carried out by `session/peer-session.ts`.
 *
 * A timer is a deadline in the state. One that the state does not have, or that is Infinity there, does not run and cannot
 * expire; a start event means nothing outside Idle; and a second TCP connection with the peer has an FSM of its own. The
 * three rules hold for every state, so `states/events.ts` states them once and a state's file names the other events.
 *
 * `transition` is a pure function of state, event, time, randomness and configuration. It performs nothing: the effects it
 * returns are obeyed, in order, by `session/session.ts`.
 */
import type { Negotiated } from "./negotiate.ts";

/** Idle (RFC 4271 §8.2.2). */
export interface IdleState {
  readonly name: "Idle";
  readonly connectRetryCounter: number;
  /** `idleHold`: when it starts by itself, Infinity when only a start event can. */
  readonly timers: { readonly idleHold: number };
}

/** Connect: we dial (RFC 4271 §8.2.2). */
export interface ConnectState {
  readonly name: "Connect";
  readonly connectRetryCounter: number;
  /** While `delayOpen` runs the TCP connection is up, and `connectRetry` is stopped. */
  readonly timers: { readonly connectRetry: number; readonly delayOpen: number };
}

/** Active: we wait for the peer to dial (RFC 4271 §8.2.2). */
export interface ActiveState {
  readonly name: "Active";
  readonly connectRetryCounter: number;
  /** While `delayOpen` runs the TCP connection is up. `connectRetry` is Infinity for a passive peer: it never dials. */
  readonly timers: { readonly connectRetry: number; readonly delayOpen: number };
}

/** OpenSent: our OPEN is out, the peer's is not here (RFC 4271 §8.2.2). */
export interface OpenSentState {
  readonly name: "OpenSent";
  readonly connectRetryCounter: number;
  readonly timers: { readonly hold: number };
}

/** OpenConfirm: both OPENs are exchanged, the peer's KEEPALIVE is not here (RFC 4271 §8.2.2). */
export interface OpenConfirmState {
  readonly name: "OpenConfirm";
  readonly connectRetryCounter: number;
  readonly negotiated: Negotiated;
  readonly timers: { readonly hold: number; readonly keepalive: number };
}

/** Established: routes are exchanged (RFC 4271 §8.2.2). */
export interface EstablishedState {
  readonly name: "Established";
  readonly connectRetryCounter: number;
  readonly negotiated: Negotiated;
  /** Monotonic milliseconds; a session that lasted long enough clears the counter (see `retry.ts`). */
  readonly sinceMs: number;
  /** `sendHold` runs while output of ours waits that TCP does not take (RFC 9687). */
  readonly timers: { readonly hold: number; readonly keepalive: number; readonly sendHold: number };
}

/** The state of one connection attempt loop; `name` tells which fields there are. */
export type FsmState = IdleState | ConnectState | ActiveState | OpenSentState | OpenConfirmState | EstablishedState;
/** The RFC's name of a state. */
export type FsmStateName = FsmState["name"];

/** All names, in the order of a session's life. */
export const fsmStateNames: readonly FsmStateName[] = [
  "Idle",
  "Connect",
  "Active",
  "OpenSent",
  "OpenConfirm",
  "Established",
];

/** Where every FSM begins: Idle, waiting for a start event. */
export function initialState(): IdleState {
  return { name: "Idle", connectRetryCounter: 0, timers: { idleHold: Number.POSITIVE_INFINITY } };
}
