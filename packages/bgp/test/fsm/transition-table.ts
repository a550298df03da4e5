import type { FsmEventType } from "../../src/fsm/event.ts";
import type { SampleState } from "./samples.ts";

/**
 * Every state × event: the state after, then the effects in order. A NOTIFICATION is its code/subcode, `down` its reason;
 * `=` means that nothing at all has changed.
 */
type Row = { readonly [Type in FsmEventType]: string };

/** What is the same in every state but Idle. */
const ignored = {
  ManualStart: "=",
  AutomaticStart: "=",
  ManualStart_with_PassiveTcpEstablishment: "=",
  AutomaticStart_with_PassiveTcpEstablishment: "=",
  AutomaticStart_with_DampPeerOscillations: "=",
  AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment: "=",
  TcpConnection_Valid: "=",
  Tcp_CR_Invalid: "=",
  SendHoldTimer_Expires: "=",
  OutputSent: "=",
  UpdateSent: "=",
};

const idle: Row = {
  ManualStart: "Connect: connect",
  ManualStop: "Idle",
  AutomaticStart: "Connect: connect",
  ManualStart_with_PassiveTcpEstablishment: "Active",
  AutomaticStart_with_PassiveTcpEstablishment: "Active",
  AutomaticStart_with_DampPeerOscillations: "Idle",
  AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment: "Idle",
  AutomaticStop: "=",
  ConnectRetryTimer_Expires: "=",
  HoldTimer_Expires: "=",
  KeepaliveTimer_Expires: "=",
  DelayOpenTimer_Expires: "=",
  IdleHoldTimer_Expires: "Connect: connect",
  TcpConnection_Valid: "=",
  Tcp_CR_Invalid: "=",
  Tcp_CR_Acked: "=",
  TcpConnectionConfirmed: "=",
  TcpConnectionFails: "=",
  BGPOpen: "=",
  BGPOpen_with_DelayOpenTimer_running: "=",
  BGPHeaderErr: "=",
  BGPOpenMsgErr: "=",
  OpenCollisionDump: "=",
  NotifMsgVerErr: "=",
  NotifMsg: "=",
  KeepAliveMsg: "=",
  UpdateMsg: "=",
  UpdateMsgErr: "=",
  SendHoldTimer_Expires: "=",
  OutputSent: "=",
  UpdateSent: "=",
  RouteRefreshMsg: "=",
};

const connect: Row = {
  ...ignored,
  ManualStop: "Idle: abort, down administrative-stop",
  AutomaticStop: "Idle: abort, down refused",
  ConnectRetryTimer_Expires: "Connect: abort, down connect-timeout, connect",
  HoldTimer_Expires: "=",
  KeepaliveTimer_Expires: "=",
  DelayOpenTimer_Expires: "=",
  IdleHoldTimer_Expires: "=",
  Tcp_CR_Acked: "OpenSent: send-open",
  TcpConnectionConfirmed: "OpenSent: send-open",
  TcpConnectionFails: "Idle: down connect-failed",
  BGPOpen: "Idle: abort, down notification-sent",
  BGPOpen_with_DelayOpenTimer_running: "Idle: abort, down notification-sent",
  BGPHeaderErr: "Idle: abort, down notification-sent",
  BGPOpenMsgErr: "Idle: abort, down notification-sent",
  OpenCollisionDump: "Idle: abort, down collision",
  NotifMsgVerErr: "Idle: abort, down notification-received",
  NotifMsg: "Idle: abort, down notification-received",
  KeepAliveMsg: "Idle: abort, down notification-sent",
  UpdateMsg: "Idle: abort, down notification-sent",
  UpdateMsgErr: "Idle: abort, down notification-sent",
  RouteRefreshMsg: "Idle: abort, down notification-sent",
};

const connectDelayed: Row = {
  ...connect,
  ConnectRetryTimer_Expires: "=",
  DelayOpenTimer_Expires: "OpenSent: send-open",
  ManualStop: "Idle: 6/2, close, down administrative-stop",
  AutomaticStop: "Idle: 6/1, close, down refused",
  Tcp_CR_Acked: "=",
  TcpConnectionConfirmed: "=",
  TcpConnectionFails: "Active: down connection-reset",
  BGPOpen: "Idle: 5/0, close, down notification-sent",
  BGPOpen_with_DelayOpenTimer_running: "OpenConfirm: send-open, open-accepted, send-keepalive",
  BGPHeaderErr: "Idle: 1/1, close, down notification-sent",
  BGPOpenMsgErr: "Idle: 2/4, close, down notification-sent",
  OpenCollisionDump: "Idle: 6/7, close, down collision",
  NotifMsgVerErr: "Idle: close, down notification-received",
  NotifMsg: "Idle: close, down notification-received",
  KeepAliveMsg: "Idle: 5/0, close, down notification-sent",
  UpdateMsg: "Idle: 5/0, close, down notification-sent",
  UpdateMsgErr: "Idle: 5/0, close, down notification-sent",
  RouteRefreshMsg: "Idle: 5/0, close, down notification-sent",
};

const active: Row = {
  ...connect,
  ManualStop: "Idle: down administrative-stop",
  AutomaticStop: "Idle: down refused",
  ConnectRetryTimer_Expires: "Connect: connect",
  TcpConnectionFails: "Idle: down connection-reset",
  BGPOpen: "Idle: down notification-sent",
  BGPOpen_with_DelayOpenTimer_running: "Idle: down notification-sent",
  BGPHeaderErr: "Idle: down notification-sent",
  BGPOpenMsgErr: "Idle: down notification-sent",
  OpenCollisionDump: "Idle: down collision",
  NotifMsgVerErr: "Idle: down notification-received",
  NotifMsg: "Idle: down notification-received",
  KeepAliveMsg: "Idle: down notification-sent",
  UpdateMsg: "Idle: down notification-sent",
  UpdateMsgErr: "Idle: down notification-sent",
  RouteRefreshMsg: "Idle: down notification-sent",
};

const activeDelayed: Row = {
  ...connectDelayed,
  TcpConnectionFails: "Idle: down connection-reset",
};

const openSent: Row = {
  ...ignored,
  ManualStop: "Idle: 6/2, close, down administrative-stop",
  AutomaticStop: "Idle: 6/1, close, down refused",
  ConnectRetryTimer_Expires: "=",
  HoldTimer_Expires: "Idle: 4/0, close, down hold-timer-expired",
  KeepaliveTimer_Expires: "=",
  DelayOpenTimer_Expires: "=",
  IdleHoldTimer_Expires: "=",
  Tcp_CR_Acked: "=",
  TcpConnectionConfirmed: "=",
  TcpConnectionFails: "Active: down connection-reset",
  BGPOpen: "OpenConfirm: open-accepted, send-keepalive",
  BGPOpen_with_DelayOpenTimer_running: "Idle: 5/1, close, down notification-sent",
  BGPHeaderErr: "Idle: 1/1, close, down notification-sent",
  BGPOpenMsgErr: "Idle: 2/4, close, down notification-sent",
  OpenCollisionDump: "Idle: 6/7, close, down collision",
  NotifMsgVerErr: "Idle: close, down notification-received",
  NotifMsg: "Idle: close, down notification-received",
  KeepAliveMsg: "Idle: 5/1, close, down notification-sent",
  UpdateMsg: "Idle: 5/1, close, down notification-sent",
  UpdateMsgErr: "Idle: 5/1, close, down notification-sent",
  RouteRefreshMsg: "Idle: 5/1, close, down notification-sent",
};

const openConfirm: Row = {
  ...openSent,
  KeepaliveTimer_Expires: "OpenConfirm: send-keepalive",
  TcpConnectionFails: "Idle: down connection-reset",
  BGPOpen: "Idle: 5/2, close, down notification-sent",
  BGPOpen_with_DelayOpenTimer_running: "Idle: 5/2, close, down notification-sent",
  KeepAliveMsg: "Established: established",
  UpdateMsg: "Idle: 5/2, close, down notification-sent",
  UpdateMsgErr: "Idle: 5/2, close, down notification-sent",
  RouteRefreshMsg: "Idle: 5/2, close, down notification-sent",
};

const established: Row = {
  ...openConfirm,
  KeepaliveTimer_Expires: "Established: send-keepalive",
  BGPOpen: "Idle: 5/3, close, down notification-sent",
  BGPOpen_with_DelayOpenTimer_running: "Idle: 5/3, close, down notification-sent",
  BGPOpenMsgErr: "Idle: 5/3, close, down notification-sent",
  KeepAliveMsg: "Established",
  UpdateMsg: "Established: deliver",
  UpdateMsgErr: "Idle: 3/1, close, down notification-sent",
  OutputSent: "Established",
  UpdateSent: "Established",
  RouteRefreshMsg: "Established: deliver",
};

const blocked: Row = {
  ...established,
  SendHoldTimer_Expires: "Idle: 8/0, abort, down send-hold-timer-expired",
};

/** What RFC 4271 §8.2.2 and its updates ask for. */
export const transitionTable: { readonly [State in SampleState]: Row } = {
  Idle: idle,
  Connect: connect,
  "Connect, delayed": connectDelayed,
  Active: active,
  "Active, delayed": activeDelayed,
  OpenSent: openSent,
  OpenConfirm: openConfirm,
  Established: established,
  "Established, blocked": blocked,
};
