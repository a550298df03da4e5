// docs/fsm-matrix.md: every state × event, by asking the state machine itself. Each state is reached as a session would reach it, then
// every event is applied to it, under the default configuration and under each variant; what a variant changes gets a row of its own.

const random = [0, 1];
const start = 1000;
const never = Number.POSITIVE_INFINITY;
const timerNames = ["connectRetry", "delayOpen", "hold", "keepalive", "sendHold", "idleHold"];

const base = {
  localAs: 65001,
  remoteAs: 65000,
  routerId: 0x0a000001,
  holdTime: 9,
  connectRetry: 120,
};

const restart = {
  restarted: false,
  notification: true,
  restartTime: 10,
  families: [{ family: 0x0101, forwarding: true }],
};

/** What a row says in brackets, and how the configuration differs for it. */
const variants = [
  { name: "", options: {} },
  { name: "DelayOpen", options: { delayOpen: 5 } },
  { name: "PassiveTcpEstablishment", options: { passive: true } },
  { name: "no SendNOTIFICATIONwithoutOPEN", options: { notificationsWithoutOpen: false } },
  { name: "hold time 0", options: { holdTime: 0 } },
  { name: "after a stable session", options: {}, wait: 120_000 },
  { name: "graceful restart at both ends", options: { capabilities: { gracefulRestart: restart } } },
];

function open(asn) {
  const capabilities = [
    { code: 1, name: "multiprotocol", family: 0x0101 },
    { code: 64, name: "graceful-restart", ...restart },
  ];
  return { type: 1, version: 4, asn, myAutonomousSystem: asn, holdTime: 90, routerId: 0x0a000002, capabilities };
}

const nothing = new Uint8Array(0);
const body = (code, subcode) => ({ code, subcode, data: nothing });

/** One of each, under the name of its row. */
const samples = [
  ["ManualStart", {}],
  ["ManualStop", { notification: body(6, 2), cause: "" }],
  ["AutomaticStart", {}],
  ["ManualStart_with_PassiveTcpEstablishment", {}],
  ["AutomaticStart_with_PassiveTcpEstablishment", {}],
  ["AutomaticStart_with_DampPeerOscillations", { connectRetryCounter: 2, pauseMs: null }],
  ["AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment", { connectRetryCounter: 2, pauseMs: null }],
  ["AutomaticStop", { notification: body(6, 1), reason: "refused", cause: "", pauseMs: null }],
  ["ConnectRetryTimer_Expires", {}],
  ["HoldTimer_Expires", {}],
  ["KeepaliveTimer_Expires", {}],
  ["DelayOpenTimer_Expires", {}],
  ["IdleHoldTimer_Expires", {}],
  ["TcpConnection_Valid", {}],
  ["Tcp_CR_Invalid", {}],
  ["Tcp_CR_Acked", {}],
  ["TcpConnectionConfirmed", {}],
  ["TcpConnectionFails", { cause: { kind: "reset", code: null, detail: "" } }],
  ["BGPOpen", { message: open(65000) }],
  ["BGPOpen", { message: open(65009) }, "not acceptable"],
  ["BGPOpen_with_DelayOpenTimer_running", { message: open(65000) }],
  ["BGPOpen_with_DelayOpenTimer_running", { message: open(65009) }, "not acceptable"],
  ["BGPHeaderErr", { notification: body(1, 1), cause: "" }],
  ["BGPOpenMsgErr", { notification: body(2, 4), cause: "" }],
  ["OpenCollisionDump", { cause: "" }],
  ["NotifMsgVerErr", { notification: body(2, 1), cause: "" }],
  ["NotifMsg", { notification: body(6, 2), cause: "" }],
  ["KeepAliveMsg", {}],
  ["UpdateMsg", { message: { type: 2 } }],
  ["UpdateMsgErr", { notification: body(3, 1), cause: "" }],
  ["SendHoldTimer_Expires", {}],
  ["RouteRefreshMsg", { message: { type: 5, family: 0x0101, subtype: 0 } }],
  ["UpdateSent", {}],
  ["OutputSent", { waiting: true }, "some still waits"],
  ["OutputSent", { waiting: false }, "nothing waits"],
].map(([type, fields, note]) => ({ note: note ?? "", event: { type, ...fields } }));

const event = (type) => samples.find((sample) => sample.event.type === type && sample.note === "").event;
const waiting = samples.find((sample) => sample.note === "some still waits").event;

/** The states, and the events that lead to each from Idle with two failures behind it. */
const dialled = [event("IdleHoldTimer_Expires")];
const states = [
  { name: "Idle", title: "Idle", path: [] },
  { name: "Connect", title: "Connect: we dial", path: dialled },
  {
    name: "Connect",
    title: "Connect: connected, DelayOpen runs",
    path: [...dialled, event("Tcp_CR_Acked")],
    options: { delayOpen: 5 },
  },
  { name: "Active", title: "Active: we wait for the peer", path: [event("ManualStart_with_PassiveTcpEstablishment")] },
  {
    name: "Active",
    title: "Active: connected, DelayOpen runs",
    path: [event("ManualStart_with_PassiveTcpEstablishment"), event("TcpConnectionConfirmed")],
    options: { delayOpen: 5 },
  },
  { name: "OpenSent", title: "OpenSent", path: [...dialled, event("Tcp_CR_Acked")] },
  { name: "OpenConfirm", title: "OpenConfirm", path: [...dialled, event("Tcp_CR_Acked"), event("BGPOpen")] },
  {
    name: "Established",
    title: "Established",
    path: [...dialled, event("Tcp_CR_Acked"), event("BGPOpen"), event("KeepAliveMsg")],
  },
  {
    name: "Established",
    title: "Established: output waits",
    path: [...dialled, event("Tcp_CR_Acked"), event("BGPOpen"), event("KeepAliveMsg"), waiting],
  },
];

function seconds(low, high) {
  const text = (ms) => String(Math.round(ms) / 1000);
  return low === high ? `${text(low)} s` : `${text(low)}–${text(high)} s`;
}

/** What became of each timer, between a state and what followed at `now`, once with the least jitter and once with the most. */
function timersOf(before, [least, most], now) {
  return timerNames.flatMap((name) => {
    const [was, low, high] = [before, least, most].map(({ timers }) => timers[name] ?? never);
    if (low === was && high === was) return [];
    if (low === never) return [`stop ${name}`];
    return [`${name} ${seconds(low - now, high - now)}`];
  });
}

function effectText(effect, cause) {
  switch (effect.kind) {
    case "connect":
      return "dial";
    case "disconnect":
      return effect.abort ? "abort" : "close";
    case "send-open":
      return "OPEN";
    case "send-keepalive":
      return "KEEPALIVE";
    case "send-notification": {
      const { code, subcode } = effect.notification;
      return effect.notification === cause.notification ? "its NOTIFICATION" : `NOTIFICATION ${code}/${subcode}`;
    }
    case "down":
      return `down: ${effect.reason}`;
    default:
      return effect.kind;
  }
}

function counterOf(before, after) {
  if (after.connectRetryCounter === before.connectRetryCounter) return "";
  if (after.connectRetryCounter === before.connectRetryCounter + 1) return "+1";
  return `= ${after.connectRetryCounter}`;
}

/** Everything that an event does to a state under a variant, as the cells of its row; null: that state is not reached there. */
function outcomeOf({ transition, initialState, peerConfig }, state, { event: cause }, variant) {
  const config = peerConfig({ ...base, ...state.options, ...variant.options });
  let before = { ...initialState(), connectRetryCounter: 2, timers: { idleHold: 500 } };
  for (const step of state.path) before = transition(before, step, { now: start, random: 1 }, config).state;
  if (before.name !== state.name) return null;
  const now = start + (variant.wait ?? 1000);
  const results = random.map((each) => transition(before, cause, { now, random: each }, config));
  const [{ state: after, effects }] = results;
  if (after === before && effects.length === 0) return { next: "–", cells: ["–", "", "", ""] };
  const said = effects.map((effect) => effectText(effect, cause)).join(", ");
  const states = results.map((result) => result.state);
  return {
    next: after.name,
    cells: [after.name, said, timersOf(before, states, now).join(", "), counterOf(before, after)],
  };
}

function eventName(numbers, { event: { type }, note }, variant) {
  const extra = [note, variant.name].filter((text) => text !== "").join("; ");
  const number = numbers[type];
  return `| ${number === 0 ? "" : number} | ${type}${extra === "" ? "" : ` (${extra})`} |`;
}

function tableOf(bgp, state) {
  const lines = ["| # | event | next | done, in order | timers | failures |", "|---|---|---|---|---|---|"];
  const row = (sample, variant, { cells }) =>
    lines.push(`${eventName(bgp.fsmEventNumbers, sample, variant)} ${cells.join(" | ")} |`);
  for (const sample of samples) {
    const usual = outcomeOf(bgp, state, sample, variants[0]);
    row(sample, variants[0], usual);
    for (const variant of variants.slice(1)) {
      const outcome = outcomeOf(bgp, state, sample, variant);
      if (outcome !== null && outcome.cells.join() !== usual.cells.join()) row(sample, variant, outcome);
    }
  }
  return lines;
}

function overview(bgp) {
  const lines = [
    `| # | event | ${states.map(({ title }) => title.replace(": ", "<br>")).join(" | ")} |`,
    `|---|---|${states.map(() => "---|").join("")}`,
  ];
  for (const sample of samples) {
    const cells = states.map((state) => outcomeOf(bgp, state, sample, variants[0]).next);
    lines.push(`${eventName(bgp.fsmEventNumbers, sample, variants[0])} ${cells.join(" | ")} |`);
  }
  return lines;
}

/** Every change of state under any variant; the many ways to Idle are one arrow. */
function diagram(bgp) {
  const edges = new Map();
  for (const state of states)
    for (const variant of variants)
      for (const sample of samples) {
        const outcome = outcomeOf(bgp, state, sample, variant);
        if (outcome === null || outcome.next === "–" || outcome.next === state.name) continue;
        const edge = `${state.name} --> ${outcome.next}`;
        if (!edges.has(edge)) edges.set(edge, new Set());
        edges.get(edge).add(bgp.fsmEventNumbers[sample.event.type]);
      }
  const lines = ["```mermaid", "stateDiagram-v2", "  [*] --> Idle"];
  for (const [edge, numbers] of edges)
    lines.push(`  ${edge} : ${edge.endsWith("> Idle") ? "a stop or a fault" : [...numbers].join(", ")}`);
  return [...lines, "```"];
}

const departures = [
  "An FSM here is one connection. RFC 4271 lets the inbound connection of a peer into the same machine until its OPEN; ours has a machine of its own from the start, so events 14 and 15, and 16 and 17 beside a connection that is up, change nothing (but in Established with graceful restart, RFC 4724 §5: there the session is told of the other connection, which goes on in its own machine), and an OPEN in OpenConfirm or Established is never the other connection's. Which of two connections lives: `session/collision-decision.ts`.",
  "A fault leads to Idle and from there back by itself: the IdleHoldTimer always runs, with pauses that double up to `idleHold.max`, whether or not DampPeerOscillations is on. What that switch adds is that inbound connections are refused meanwhile.",
  "A dial that fails counts as a failure (event 18 in Connect), or the pauses would not grow.",
  "After a lost connection in OpenSent or with DelayOpen (event 18) the ConnectRetryTimer runs for the pause that the failures deserve, not for its full time.",
  "A passive peer has no ConnectRetryTimer: PassiveTcpEstablishment means that we never dial.",
  "ManualStop in Idle ends the planned restart. RFC 4271 ignores it there, having none.",
  "A NOTIFICATION is never answered with a NOTIFICATION, also where RFC 4271 §8.2.2 lists it under “any other event” (OpenSent): §6.4 forbids it.",
  "A header error in Established is answered with its own code (RFC 4271 §6.1); §8.2.2 lists event 21 under “any other event” there.",
  "In OpenConfirm with a hold time of 0 the large hold timer of OpenSent goes on until the peer's KEEPALIVE, so that a handshake that stalls half way ends.",
  "Events of timers that do not run in a state cannot happen and change nothing; RFC 4271 calls some of them a Finite State Machine Error.",
  "The SendHoldTimer runs while some of our output waits for TCP to take it. RFC 9687 §4.3 runs it always and restarts it with every message; the two differ only when nothing is there to be sent.",
];

/** A new state or event must not be missing here in silence. */
function checkComplete({ fsmEventNumbers, fsmStateNames }) {
  const missing = [
    ...Object.keys(fsmEventNumbers).filter((type) => !samples.some((sample) => sample.event.type === type)),
    ...fsmStateNames.filter((name) => !states.some((state) => state.name === name)),
  ];
  if (missing.length > 0) throw new Error(`scripts/fsm-matrix.mjs has no sample of ${missing.join(", ")}`);
}

export async function fsmMatrix() {
  const bgp = await import("../packages/bgp/dist/index.js");
  checkComplete(bgp);
  return [
    "# The state machine: every state × event",
    "",
    "Generated by `npx pnpm@10 docs:build` by running `transition` of `@vipcast/bgp`; do not edit.",
    "",
    "Numbers are those of RFC 4271 §8.1, 29 that of RFC 9687 §4.2; the events without a number are ours or RFC 2918's. A dash: the event",
    "changes nothing there. *Timers* are started or restarted with the time given, a range where it is jittered (RFC 4271 §10). *Failures* is",
    "the ConnectRetryCounter, 2 before every row but those of Active, where it is 0. Hold time 9 s, connect retry time 120 s; a word in",
    "brackets is an option that changes the row. *abort* resets the connection or gives up the dial, *close* ends it in order, *down* tells",
    "the program around it.",
    "",
    ...diagram(bgp),
    "",
    "## All at a glance",
    "",
    ...overview(bgp),
    "",
    ...states.flatMap((state) => [`## ${state.title}`, "", ...tableOf(bgp, state), ""]),
    "## Where this departs from the letter of RFC 4271 §8.2.2, and why",
    "",
    ...departures.map((text) => `- ${text}`),
    "",
  ].join("\n");
}
