/**
 * The events that can mean something in a state. What is left out here is ignored in that state, for one of three reasons
 * that are the same in all of them (RFC 4271 §8.2.2):
 * - a timer that does not run cannot expire;
 * - "The start events (Events 1, 3-7) are ignored" everywhere but in Idle;
 * - another TCP connection with the peer (events 14 and 15, and 16 and 17 beside one that is up) has an FSM of its own. Only
 *   in Established does it matter here that there is one: graceful restart takes it for the end of this one (RFC 4724 §5).
 */
import type { FsmEvent, FsmEventType } from "../event.ts";
import type { FsmState } from "../state.ts";
import { type ExpiryOf, mayHappen, type TimerEventType, type TimerName } from "../timers.ts";

type StartType =
  | "ManualStart"
  | "AutomaticStart"
  | "ManualStart_with_PassiveTcpEstablishment"
  | "AutomaticStart_with_PassiveTcpEstablishment"
  | "AutomaticStart_with_DampPeerOscillations"
  | "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment";
type OtherConnection = "TcpConnection_Valid" | "Tcp_CR_Invalid";
type ConnectionUp = "Tcp_CR_Acked" | "TcpConnectionConfirmed";

/** The names of the events that no state but this one, or not even this one, ignores for the reasons above. */
type Meaningless<State extends FsmState> =
  | Exclude<TimerEventType, ExpiryOf<keyof State["timers"] & TimerName>>
  | OtherConnection
  | (State["name"] extends "Idle" ? never : StartType)
  | (State["name"] extends "OpenSent" | "OpenConfirm" ? ConnectionUp : never);

/** The events that a state's file has to name. */
export type EventIn<State extends FsmState> = Exclude<FsmEvent, { readonly type: Meaningless<State> }>;

function isMeaningless(state: FsmState, type: FsmEventType): boolean {
  switch (type) {
    case "ManualStart":
    case "AutomaticStart":
    case "ManualStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_PassiveTcpEstablishment":
    case "AutomaticStart_with_DampPeerOscillations":
    case "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment":
      return state.name !== "Idle";
    case "TcpConnection_Valid":
    case "Tcp_CR_Invalid":
      return true;
    case "Tcp_CR_Acked":
    case "TcpConnectionConfirmed":
      return state.name === "OpenSent" || state.name === "OpenConfirm";
    default:
      return !mayHappen(state.timers, type);
  }
}

/** False: the event is ignored in this state. */
export function concerns<State extends FsmState>(state: State, event: FsmEvent): event is EventIn<State> {
  return !isMeaningless(state, event.type);
}
