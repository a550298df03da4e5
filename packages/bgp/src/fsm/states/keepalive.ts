/** KEEPALIVEs in OpenConfirm and Established (RFC 4271 §8.2.2). */
import type { At, Transition } from "../leave.ts";
import type { EstablishedState, OpenConfirmState } from "../state.ts";
import { keepaliveDeadline } from "../timers.ts";

/** "sends a KEEPALIVE message, and restarts its KeepaliveTimer" */
export function keepalive(state: OpenConfirmState | EstablishedState, at: At): Transition {
  return { state: keepaliveRestarted(state, at), effects: [{ kind: "send-keepalive" }] };
}

/** "Each time the local system sends a KEEPALIVE or UPDATE message, it restarts its KeepaliveTimer" */
export function keepaliveRestarted<State extends OpenConfirmState | EstablishedState>(state: State, at: At): State {
  const deadline = keepaliveDeadline(state.negotiated.keepalive, at.now, at.random);
  return { ...state, timers: { ...state.timers, keepalive: deadline } };
}
