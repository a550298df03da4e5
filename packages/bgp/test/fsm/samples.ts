/** One sample of every state and every event, for tests. */
import type { OpenMessage, UpdateMessage } from "../../src/codec/message.ts";
import { MessageType } from "../../src/codec/message.ts";
import { type PeerConfig, type PeerConfigOptions, peerConfig } from "../../src/fsm/config.ts";
import type { FsmEvent, FsmEventType } from "../../src/fsm/event.ts";
import { type Negotiated, negotiate } from "../../src/fsm/negotiate.ts";
import type { FsmState } from "../../src/fsm/state.ts";
import { Family } from "../../src/iana/afi-safi.ts";

const never = Number.POSITIVE_INFINITY;
const nothing = new Uint8Array(0);

export function sampleConfig(options: Partial<PeerConfigOptions> = {}): PeerConfig {
  return peerConfig({
    localAs: 65001,
    remoteAs: 65000,
    routerId: 0x0a000001,
    holdTime: 9,
    connectRetry: 8,
    ...options,
  });
}

export function sampleOpen(changes: Partial<OpenMessage> = {}): OpenMessage {
  const asn = changes.asn ?? 65000;
  return {
    type: MessageType.Open,
    version: 4,
    asn,
    myAutonomousSystem: asn > 65535 ? 23456 : asn,
    holdTime: 90,
    routerId: 0x0a000002,
    capabilities: [
      { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
      { code: 2, name: "route-refresh" },
      { code: 65, name: "four-octet-as", asn },
    ],
    capabilityParameters: "shared",
    ...changes,
  };
}

export function sampleNegotiated(config: PeerConfig = sampleConfig(), open: OpenMessage = sampleOpen()): Negotiated {
  const verdict = negotiate(open, config);
  if (!verdict.accepted) throw new Error(verdict.cause);
  return verdict.negotiated;
}

/** Every state, Connect and Active also with TCP up and DelayOpen running, Established also with output that waits; entered at time 0, with two failures before. */
export function sampleStates(config: PeerConfig = sampleConfig()) {
  const connectRetryCounter = 2;
  const negotiated = sampleNegotiated(config);
  return {
    Idle: { name: "Idle", connectRetryCounter, timers: { idleHold: 500 } },
    Connect: { name: "Connect", connectRetryCounter, timers: { connectRetry: 8000, delayOpen: never } },
    "Connect, delayed": { name: "Connect", connectRetryCounter, timers: { connectRetry: never, delayOpen: 3000 } },
    Active: { name: "Active", connectRetryCounter, timers: { connectRetry: 8000, delayOpen: never } },
    "Active, delayed": { name: "Active", connectRetryCounter, timers: { connectRetry: never, delayOpen: 3000 } },
    OpenSent: { name: "OpenSent", connectRetryCounter, timers: { hold: 240_000 } },
    OpenConfirm: { name: "OpenConfirm", connectRetryCounter, negotiated, timers: { hold: 9000, keepalive: 3000 } },
    Established: {
      name: "Established",
      connectRetryCounter,
      negotiated,
      sinceMs: 0,
      timers: { hold: 9000, keepalive: 3000, sendHold: never },
    },
    "Established, blocked": {
      name: "Established",
      connectRetryCounter,
      negotiated,
      sinceMs: 0,
      timers: { hold: 9000, keepalive: 3000, sendHold: 480_000 },
    },
  } as const satisfies Record<string, FsmState>;
}

export type SampleState = keyof ReturnType<typeof sampleStates>;

const cease = { code: 6, subcode: 2, data: nothing };
// The state machine passes an UPDATE on without looking into it.
const update = { type: MessageType.Update } as UpdateMessage;

export const sampleEvents: { readonly [Type in FsmEventType]: Extract<FsmEvent, { readonly type: Type }> } = {
  ManualStart: { type: "ManualStart" },
  ManualStop: { type: "ManualStop", notification: cease, cause: "stopped" },
  AutomaticStart: { type: "AutomaticStart" },
  ManualStart_with_PassiveTcpEstablishment: { type: "ManualStart_with_PassiveTcpEstablishment" },
  AutomaticStart_with_PassiveTcpEstablishment: { type: "AutomaticStart_with_PassiveTcpEstablishment" },
  AutomaticStart_with_DampPeerOscillations: {
    type: "AutomaticStart_with_DampPeerOscillations",
    connectRetryCounter: 3,
    pauseMs: null,
  },
  AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment: {
    type: "AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment",
    connectRetryCounter: 3,
    pauseMs: null,
  },
  AutomaticStop: {
    type: "AutomaticStop",
    notification: { code: 6, subcode: 1, data: nothing },
    reason: "refused",
    cause: "not wanted",
    pauseMs: null,
  },
  ConnectRetryTimer_Expires: { type: "ConnectRetryTimer_Expires" },
  HoldTimer_Expires: { type: "HoldTimer_Expires" },
  KeepaliveTimer_Expires: { type: "KeepaliveTimer_Expires" },
  DelayOpenTimer_Expires: { type: "DelayOpenTimer_Expires" },
  IdleHoldTimer_Expires: { type: "IdleHoldTimer_Expires" },
  TcpConnection_Valid: { type: "TcpConnection_Valid" },
  Tcp_CR_Invalid: { type: "Tcp_CR_Invalid" },
  Tcp_CR_Acked: { type: "Tcp_CR_Acked" },
  TcpConnectionConfirmed: { type: "TcpConnectionConfirmed" },
  TcpConnectionFails: { type: "TcpConnectionFails", cause: { kind: "reset", code: "ECONNRESET", detail: "" } },
  BGPOpen: { type: "BGPOpen", message: sampleOpen() },
  BGPOpen_with_DelayOpenTimer_running: { type: "BGPOpen_with_DelayOpenTimer_running", message: sampleOpen() },
  BGPHeaderErr: { type: "BGPHeaderErr", notification: { code: 1, subcode: 1, data: nothing }, cause: "bad marker" },
  BGPOpenMsgErr: { type: "BGPOpenMsgErr", notification: { code: 2, subcode: 4, data: nothing }, cause: "bad OPEN" },
  OpenCollisionDump: { type: "OpenCollisionDump", cause: "collision" },
  NotifMsgVerErr: { type: "NotifMsgVerErr", notification: { code: 2, subcode: 1, data: nothing }, cause: "version" },
  NotifMsg: { type: "NotifMsg", notification: cease, cause: "the peer stopped" },
  KeepAliveMsg: { type: "KeepAliveMsg" },
  UpdateMsg: { type: "UpdateMsg", message: update },
  UpdateMsgErr: { type: "UpdateMsgErr", notification: { code: 3, subcode: 1, data: nothing }, cause: "bad UPDATE" },
  SendHoldTimer_Expires: { type: "SendHoldTimer_Expires" },
  OutputSent: { type: "OutputSent", waiting: true },
  UpdateSent: { type: "UpdateSent" },
  RouteRefreshMsg: {
    type: "RouteRefreshMsg",
    message: { type: MessageType.RouteRefresh, family: Family.Ipv4Unicast, subtype: 0 },
  },
};
