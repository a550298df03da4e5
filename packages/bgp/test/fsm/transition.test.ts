import { describe, expect, test } from "vitest";
import type { PeerConfigOptions } from "../../src/fsm/config.ts";
import type { FsmEffect } from "../../src/fsm/effect.ts";
import { type FsmEventType, fsmEventNumbers } from "../../src/fsm/event.ts";
import type { Negotiated } from "../../src/fsm/negotiate.ts";
import type { FsmState } from "../../src/fsm/state.ts";
import {
  earliestDeadline,
  sendHoldTime,
  type TimerEventType,
  type TimerName,
  type Timers,
} from "../../src/fsm/timers.ts";
import { expiredTimer, nextDeadline, transition } from "../../src/fsm/transition.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { type SampleState, sampleConfig, sampleEvents, sampleNegotiated, sampleOpen, sampleStates } from "./samples.ts";
import { transitionTable } from "./transition-table.ts";

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

describe.each(Object.keys(transitionTable) as SampleState[])("in %s", (name) => {
  const before = states[name];

  test.each(eventTypes)("%s leads where the table says", (type) => {
    const { state, effects } = transition(before, sampleEvents[type], at, config);
    const what = effects.map(describeEffect).join(", ");
    const unchanged = state === before && effects.length === 0;
    expect(unchanged ? "=" : [state.name, what].filter((part) => part !== "").join(": ")).toBe(
      transitionTable[name][type],
    );
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

test("the next deadline of a state is that of its first timer", () => {
  for (const [name, state] of Object.entries(states)) {
    expect([name, nextDeadline(state)]).toEqual([name, earliestDeadline(state.timers)]);
    for (const timer of Object.keys(state.timers)) {
      const soon = { ...state, timers: { ...state.timers, [timer]: 1 } } as FsmState;
      expect([name, timer, nextDeadline(soon)]).toEqual([name, timer, 1]);
    }
  }
});
