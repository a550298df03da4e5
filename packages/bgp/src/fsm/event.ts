import type { OpenMessage, RouteRefreshMessage, UpdateMessage } from "../codec/message.ts";
import type { NotificationBody } from "../codec/outcome.ts";
import type { DownReason } from "./effect.ts";

/** How a TCP connection or a dial ended, in the driver's words. */
export interface CloseCause {
  /** `end`: the peer closed in order (FIN). `reset`: it broke (RST, timeout). `error`: the dial failed, or anything else. */
  readonly kind: "end" | "reset" | "error";
  /** The system's error code where there is one, for example `ECONNREFUSED`. */
  readonly code: string | null;
  /** The system's own words, possibly empty. */
  readonly detail: string;
}

/**
 * The events of RFC 4271 §8.1 under their RFC names, numbered by {@link fsmEventNumbers}. Timer events carry nothing: the
 * deadline that made them is in the state, and a timer that does not run cannot expire.
 */
export type FsmEvent =
  | { readonly type: "ManualStart" }
  /** `notification`: what to say, or null to close without a word. `cause`: for the log. */
  | { readonly type: "ManualStop"; readonly notification: NotificationBody | null; readonly cause: string }
  | { readonly type: "AutomaticStart" }
  | { readonly type: "ManualStart_with_PassiveTcpEstablishment" }
  | { readonly type: "AutomaticStart_with_PassiveTcpEstablishment" }
  /** Start after the pause that this many failures deserve, or after `pauseMs` where that is not null; Infinity: on a start only. */
  | {
      readonly type: "AutomaticStart_with_DampPeerOscillations";
      readonly connectRetryCounter: number;
      readonly pauseMs: number | null;
    }
  | {
      readonly type: "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment";
      readonly connectRetryCounter: number;
      readonly pauseMs: number | null;
    }
  /**
   * The session is ended on our side and starts again by itself: after the backoff, or after `pauseMs` where that is not
   * null (Infinity: not by itself).
   */
  | {
      readonly type: "AutomaticStop";
      readonly notification: NotificationBody | null;
      readonly reason: Extract<DownReason, "refused" | "administrative-reset" | "max-prefixes">;
      readonly cause: string;
      readonly pauseMs: number | null;
    }
  | { readonly type: "ConnectRetryTimer_Expires" }
  | { readonly type: "HoldTimer_Expires" }
  | { readonly type: "KeepaliveTimer_Expires" }
  | { readonly type: "DelayOpenTimer_Expires" }
  | { readonly type: "IdleHoldTimer_Expires" }
  | { readonly type: "TcpConnection_Valid" }
  | { readonly type: "Tcp_CR_Invalid" }
  | { readonly type: "Tcp_CR_Acked" }
  | { readonly type: "TcpConnectionConfirmed" }
  | { readonly type: "TcpConnectionFails"; readonly cause: CloseCause }
  /** An OPEN that decodes; whether it is acceptable is decided in `negotiate.ts`. */
  | { readonly type: "BGPOpen"; readonly message: OpenMessage }
  | { readonly type: "BGPOpen_with_DelayOpenTimer_running"; readonly message: OpenMessage }
  /** A message that cannot be one of the others. `cause` names the rule it broke. */
  | { readonly type: "BGPHeaderErr"; readonly notification: NotificationBody; readonly cause: string }
  | { readonly type: "BGPOpenMsgErr"; readonly notification: NotificationBody; readonly cause: string }
  | { readonly type: "OpenCollisionDump"; readonly cause: string }
  | { readonly type: "NotifMsgVerErr"; readonly notification: NotificationBody; readonly cause: string }
  /** `null`: the NOTIFICATION itself was malformed, which ends the session without an answer (RFC 4271 §6.4). */
  | { readonly type: "NotifMsg"; readonly notification: NotificationBody | null; readonly cause: string }
  | { readonly type: "KeepAliveMsg" }
  | { readonly type: "UpdateMsg"; readonly message: UpdateMessage }
  | { readonly type: "UpdateMsgErr"; readonly notification: NotificationBody; readonly cause: string }
  | { readonly type: "SendHoldTimer_Expires" }
  /** TCP took output of ours, all of it or (`waiting`) not all; also output that begins to wait. No RFC numbers it. */
  | { readonly type: "OutputSent"; readonly waiting: boolean }
  /** An UPDATE went into the output. No RFC numbers it. */
  | { readonly type: "UpdateSent" }
  /** RFC 2918 gives it no number. */
  | { readonly type: "RouteRefreshMsg"; readonly message: RouteRefreshMessage };

/** The name of an event, the RFC's own (RFC 4271 §8.1). */
export type FsmEventType = FsmEvent["type"];

/** RFC 4271 §8.1 numbers, and 29 of RFC 9687 §4.2; 0 where no RFC assigns one. */
export const fsmEventNumbers: { readonly [Type in FsmEventType]: number } = {
  ManualStart: 1,
  ManualStop: 2,
  AutomaticStart: 3,
  ManualStart_with_PassiveTcpEstablishment: 4,
  AutomaticStart_with_PassiveTcpEstablishment: 5,
  AutomaticStart_with_DampPeerOscillations: 6,
  AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment: 7,
  AutomaticStop: 8,
  ConnectRetryTimer_Expires: 9,
  HoldTimer_Expires: 10,
  KeepaliveTimer_Expires: 11,
  DelayOpenTimer_Expires: 12,
  IdleHoldTimer_Expires: 13,
  TcpConnection_Valid: 14,
  Tcp_CR_Invalid: 15,
  Tcp_CR_Acked: 16,
  TcpConnectionConfirmed: 17,
  TcpConnectionFails: 18,
  BGPOpen: 19,
  BGPOpen_with_DelayOpenTimer_running: 20,
  BGPHeaderErr: 21,
  BGPOpenMsgErr: 22,
  OpenCollisionDump: 23,
  NotifMsgVerErr: 24,
  NotifMsg: 25,
  KeepAliveMsg: 26,
  UpdateMsg: 27,
  UpdateMsgErr: 28,
  SendHoldTimer_Expires: 29,
  OutputSent: 0,
  UpdateSent: 0,
  RouteRefreshMsg: 0,
};
