import { describe, expect, test } from "vitest";
import type { PeerConfigOptions } from "../../src/fsm/config.ts";
import type { FsmEffect } from "../../src/fsm/effect.ts";
import { type FsmEventType, fsmEventNumbers } from "../../src/fsm/event.ts";
import type { Negotiated } from "../../src/fsm/negotiate.ts";
import { sendHoldTime, type TimerEventType, type TimerName, type Timers } from "../../src/fsm/timers.ts";
import { expiredTimer, nextDeadline, transition } from "../../src/fsm/transition.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { type SampleState, sampleConfig, sampleEvents, sampleNegotiated, sampleOpen, sampleStates } from "./samples.ts";

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

const table: { readonly [State in SampleState]: Row } = {
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

function describeEffect(effect: FsmEffect): string {
  switch (effect.kind) {
    case "send-notification":
      return `${effect.notification.code}/${effect.notification.subcode}`;
    case "disconnect":
      return effect.abort ? "abort" : "close";
    case "down":
      return `down ${effect.reason}`;
    default:
      return effect.kind;
  }
}

const expiries: readonly (readonly [TimerName, TimerEventType])[] = [
  ["hold", "HoldTimer_Expires"],
  ["sendHold", "SendHoldTimer_Expires"],
  ["connectRetry", "ConnectRetryTimer_Expires"],
  ["delayOpen", "DelayOpenTimer_Expires"],
  ["idleHold", "IdleHoldTimer_Expires"],
  ["keepalive", "KeepaliveTimer_Expires"],
];

const at = { now: 1000, random: 0.5 };
const config = sampleConfig();
const states = sampleStates(config);
const eventTypes = Object.keys(sampleEvents) as FsmEventType[];

describe.each(Object.keys(table) as SampleState[])("in %s", (name) => {
  const before = states[name];

  test.each(eventTypes)("%s leads where the table says", (type) => {
    const { state, effects } = transition(before, sampleEvents[type], at, config);
    const what = effects.map(describeEffect).join(", ");
    const unchanged = state === before && effects.length === 0;
    expect(unchanged ? "=" : [state.name, what].filter((part) => part !== "").join(": ")).toBe(table[name][type]);
  });

  test("a fault counts one failure more and plans the next attempt within the connect retry time", () => {
    if (name === "Idle") return;
    const { state } = transition(before, sampleEvents.AutomaticStop, at, config);
    expect(state).toMatchObject({ name: "Idle", connectRetryCounter: 3 });
    expect(nextDeadline(state)).toBe(at.now + 1000 * 0.875);
  });

  test("a stop forgets the failures and plans nothing", () => {
    const { state } = transition(before, sampleEvents.ManualStop, at, config);
    expect(state).toMatchObject({ name: "Idle", connectRetryCounter: 0 });
    expect(nextDeadline(state)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("another connection beside an established one (RFC 4724 §5)", () => {
  const families = [{ family: Family.Ipv4Unicast, forwarding: false }];
  const capability = { code: 64, name: "graceful-restart" } as const;
  const gracefulRestart = { ...capability, restarted: false, notification: true, restartTime: 10, families };
  const capable: Negotiated = { ...sampleNegotiated(), restartBridged: true, gracefulRestart };
  const leads = (negotiated: Negotiated, type: "Tcp_CR_Acked" | "TcpConnectionConfirmed"): readonly FsmEffect[] =>
    transition({ ...states.Established, negotiated }, sampleEvents[type], at, config).effects;

  test.each(["Tcp_CR_Acked", "TcpConnectionConfirmed"] as const)("%s resets it without a NOTIFICATION", (type) => {
    const effects = leads(capable, type);
    expect(effects.map(describeEffect)).toEqual(["abort", "down connection-closed"]);
  });

  test("changes nothing where graceful restart would keep no route", () => {
    expect(leads({ ...capable, restartBridged: false }, "TcpConnectionConfirmed")).toEqual([]);
    const helperAlone = { ...capable, gracefulRestart: { ...gracefulRestart, families: [] } };
    expect(leads(helperAlone, "TcpConnectionConfirmed")).toEqual([]);
  });
});

describe("RFC 4271 §8.1", () => {
  test("every number from 1 to 28 has its event, and so has RFC 9687's 29", () => {
    const numbers = Object.values(fsmEventNumbers).filter((number) => number > 0);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
  });
});

describe("NOTIFICATION data", () => {
  test.each([
    ["BGPOpen", 1],
    ["UpdateMsg", 2],
    ["UpdateMsgErr", 2],
    ["RouteRefreshMsg", 5],
  ] as const)("an unexpected %s is named by its type octet (RFC 6608 §3)", (type, octet) => {
    const { effects } = transition(states.OpenConfirm, sampleEvents[type], at, config);
    expect(effects[0]).toMatchObject({ notification: { code: 5, subcode: 2, data: Uint8Array.of(octet) } });
  });

  test("an unexpected KEEPALIVE in OpenSent is named by its type octet", () => {
    const { effects } = transition(states.OpenSent, sampleEvents.KeepAliveMsg, at, config);
    expect(effects[0]).toMatchObject({ notification: { code: 5, subcode: 1, data: Uint8Array.of(4) } });
  });
});

describe("without notificationsWithoutOpen", () => {
  const silent = sampleConfig({ notificationsWithoutOpen: false });
  test.each(["ManualStop", "BGPHeaderErr", "BGPOpenMsgErr", "AutomaticStop", "KeepAliveMsg"] as const)(
    "%s before our OPEN closes the connection without a word",
    (type) => {
      const { effects } = transition(states["Active, delayed"], sampleEvents[type], at, silent);
      expect(effects.map(({ kind }) => kind)).toEqual(["disconnect", "down"]);
    },
  );
});

describe("timers", () => {
  test("Connect waits the jittered connect retry time for an answer", () => {
    const wait = (random: number) =>
      nextDeadline(transition(states.Idle, sampleEvents.ManualStart, { now: 0, random }, config).state);
    expect([wait(0), wait(0.5), wait(1)]).toEqual([6000, 7000, 8000]);
  });

  test("a passive peer waits without a deadline", () => {
    const passive = sampleConfig({ passive: true });
    const { state } = transition(states.Idle, sampleEvents.ManualStart_with_PassiveTcpEstablishment, at, passive);
    expect(nextDeadline(state)).toBe(Number.POSITIVE_INFINITY);
  });

  test("after the idle hold a passive peer listens instead of dialling", () => {
    const passive = sampleConfig({ passive: true });
    const { state, effects } = transition(states.Idle, sampleEvents.IdleHoldTimer_Expires, at, passive);
    expect([state.name, effects]).toEqual(["Active", []]);
  });

  test("OpenSent waits four minutes for the peer's OPEN", () => {
    const { state } = transition(states.Connect, sampleEvents.Tcp_CR_Acked, at, config);
    expect(nextDeadline(state)).toBe(at.now + 240_000);
  });

  test("with DelayOpen TCP up starts that timer alone", () => {
    const delayed = sampleConfig({ delayOpen: 5 });
    const { state } = transition(states.Connect, sampleEvents.Tcp_CR_Acked, at, delayed);
    expect(state).toMatchObject({ name: "Connect", timers: { connectRetry: Infinity, delayOpen: 6000 } });
  });

  test("the hold timer is never jittered, the keepalive timer always", () => {
    for (const random of [0, 0.5, 1]) {
      const { state } = transition(states.OpenSent, sampleEvents.BGPOpen, { now: 0, random }, config);
      expect(state.timers).toEqual({ hold: 9000, keepalive: 3000 * (0.75 + 0.25 * random) });
    }
  });

  test("KEEPALIVE, UPDATE and ROUTE-REFRESH restart the hold timer and leave the keepalive timer alone", () => {
    for (const type of ["KeepAliveMsg", "UpdateMsg", "RouteRefreshMsg"] as const) {
      const { state } = transition(states.Established, sampleEvents[type], at, config);
      expect(state.timers).toEqual({ hold: 10_000, keepalive: 3000, sendHold: Infinity });
    }
  });

  test("hold time 0 runs the large hold timer until the first KEEPALIVE and nothing afterwards", () => {
    const open = { ...sampleEvents.BGPOpen, message: sampleOpen({ holdTime: 0 }) };
    const confirm = transition(states.OpenSent, open, at, config).state;
    expect(confirm.timers).toEqual({ hold: at.now + 240_000, keepalive: Infinity });
    const up = transition(confirm, sampleEvents.KeepAliveMsg, at, config).state;
    expect(up.name).toBe("Established");
    expect(nextDeadline(up)).toBe(Number.POSITIVE_INFINITY);
  });

  test("an UPDATE of ours restarts the keepalive timer (RFC 4271 §8.2.2)", () => {
    const { state } = transition(states.Established, sampleEvents.UpdateSent, at, config);
    expect(state.timers).toEqual({ hold: 9000, keepalive: at.now + 3000 * 0.875, sendHold: Infinity });
  });

  test("the send hold timer runs while output waits, and each octet that goes restarts it (RFC 9687 §4.3)", () => {
    const sendHold = (
      waiting: boolean,
      changes: Partial<PeerConfigOptions> = {},
      from: SampleState = "Established",
    ) => {
      const event = { type: "OutputSent", waiting } as const;
      const { state } = transition(states[from], event, at, sampleConfig(changes));
      return state.name === "Established" ? state.timers.sendHold : null;
    };
    expect(sendHold(true)).toBe(at.now + 480_000);
    expect(sendHold(true, {}, "Established, blocked")).toBe(at.now + 480_000);
    expect(sendHold(false, {}, "Established, blocked")).toBe(Infinity);
    expect(sendHold(true, { sendHoldTime: 20 })).toBe(at.now + 20_000);
    expect(sendHold(true, { sendHoldTime: 0 })).toBe(Infinity);
  });

  test("the send hold time is by default the greater of 8 minutes and twice the hold time, and none without a hold time", () => {
    expect(sendHoldTime(null, 90)).toBe(480);
    expect(sendHoldTime(null, 300)).toBe(600);
    expect([sendHoldTime(null, 0), sendHoldTime(30, 0)]).toEqual([0, 0]);
  });

  test("a timer that does not run cannot expire", () => {
    for (const [name, state] of Object.entries(states)) {
      for (const [timer, type] of expiries) {
        if (Number.isFinite((state.timers as Timers)[timer] ?? Infinity)) continue;
        expect(transition(state, { type }, at, config), `${type} in ${name}`).toEqual({ state, effects: [] });
      }
    }
  });

  test("a tick before the deadline finds nothing, at the deadline the timer's event", () => {
    expect(expiredTimer(states.Established, 2999)).toBeNull();
    expect(expiredTimer(states.Established, 3000)).toEqual({ type: "KeepaliveTimer_Expires" });
    expect(expiredTimer(states.Connect, 8000)).toEqual({ type: "ConnectRetryTimer_Expires" });
    expect(expiredTimer(states["Active, delayed"], 3000)).toEqual({ type: "DelayOpenTimer_Expires" });
    expect(expiredTimer(states.Idle, 500)).toEqual({ type: "IdleHoldTimer_Expires" });
  });
});

describe("failures", () => {
  test("a session that lasted the connect retry time is forgiven what went before", () => {
    const after = (now: number) =>
      transition(states.Established, sampleEvents.NotifMsg, { now, random: 0.5 }, config).state.connectRetryCounter;
    expect([after(7999), after(8000)]).toEqual([3, 1]);
  });

  test("a version NOTIFICATION is not counted", () => {
    const { state } = transition(states.OpenSent, sampleEvents.NotifMsgVerErr, at, config);
    expect(state.connectRetryCounter).toBe(2);
  });

  test("down says whether the session had been established", () => {
    const wasEstablished = (name: SampleState) =>
      transition(states[name], sampleEvents.NotifMsg, at, config).effects.map((effect) =>
        effect.kind === "down" ? effect.wasEstablished : null,
      );
    expect(wasEstablished("Established")).toContain(true);
    expect(wasEstablished("OpenConfirm")).toContain(false);
  });
});

describe("an OPEN that is not acceptable", () => {
  test("ends the attempt with the NOTIFICATION that names the fault", () => {
    const event = { ...sampleEvents.BGPOpen, message: sampleOpen({ asn: 65009 }) };
    const { state, effects } = transition(states.OpenSent, event, at, config);
    expect(state.name).toBe("Idle");
    expect(effects.map(describeEffect)).toEqual(["2/2", "close", "down notification-sent"]);
    expect(effects.at(-1)).toMatchObject({
      cause: "the peer says its AS is 65009, we expect 65000: set asn=65009 for this peer or correct the router",
    });
  });
});
