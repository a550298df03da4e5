import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4 } from "../cell/cell.ts";
import { has, keeps, sessionEnded } from "../cell/keeping.ts";
import { node, peer } from "../cell/world.ts";
import type { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { announcedIn, isEndOfRib, valuesOf, withdrawnIn } from "../wire/messages.ts";

/** One that the second run does not announce any more. */
const former4 = "192.0.2.11/32";

function withRestart(seconds: number): readonly string[] {
  return ["--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1,graceful-restart=${seconds}`];
}

/** Killed, and started again: nothing that comes back moves, and what does not is gone with End-of-RIB. */
const killed: Variant = {
  name: "killed and started",
  needs: ["listens", "helps-restart"],
  prepare: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    await cell.announce([vip4, former4, ...withRestart(10)]);
    for (const vip of [vip4, former4]) await cell.route(vip);
  },
  run: async (cell) => {
    // Only now: between preparation and run may be more than the restart time.
    await cell.announcer.stop("SIGKILL");
    await sessionEnded(cell);
    await keeps(cell, [vip4, former4], 500);
    const second = await cell.announce([vip4, ...withRestart(10)]);
    await second.saw("vip.announced");
    await cell.noRoute(former4);
    if (!(await has(cell, vip4))) throw new Error(`${vip4} did not stay`);
    await second.stop();
    const opens = (await cell.ours()).filter(({ type }) => type === "open");
    const flags = opens.map((open) => valuesOf(open, "bgp.cap.gr.timers.restart_flag").join());
    cell.notes.push(`R bits of our OPENs: ${flags.join(" ")}`);
  },
};

const notStarted: Variant = {
  name: "killed and not started again",
  needs: ["listens", "helps-restart"],
  run: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const first = await cell.announce([vip4, ...withRestart(3)]);
    await cell.route(vip4);
    await first.stop("SIGKILL");
    const began = performance.now();
    await keeps(cell, [vip4], 1500);
    await cell.noRoute(vip4, 6000);
    cell.figures["route gone after the kill, ms"] = Math.round(performance.now() - began);
  },
};

/** SIGUSR2 makes of the daemon a new process with the same id: the sessions go and come back, and no route is withdrawn. */
const signalled: Variant = {
  name: "restarted by a signal",
  needs: ["listens", "helps-restart"],
  prepare: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const session = `{ address: ${peer.ipv4}, asn: ${peerAsn}, gracefulRestart: 10, timers: { connectRetry: 1 } }`;
    await cell.runDaemon(`asn: ${nodeAsn}
peers: [${session}]
vips:
  - { prefix: ${vip4} }
  - { prefix: ${former4} }
`);
    for (const vip of [vip4, former4]) await cell.route(vip);
    await cell.announcer.signal("SIGUSR2");
    await sessionEnded(cell);
  },
  run: async (cell) => {
    const daemon = cell.announcer;
    await keeps(cell, [vip4, former4], 0);
    await daemon.times("peer.established", 2);
    await keeps(cell, [vip4, former4], 300);
    const exit = await daemon.stop();
    if (exit.code !== 0) throw new Error(`the daemon ended with ${exit.signal ?? `exit code ${exit.code}`}`);
    await cell.noRoute(vip4);
    const ours = await cell.ours();
    const first = ours.findIndex(({ type }) => type === "open");
    const last = ours.findLastIndex(({ type }) => type === "open");
    const before = ours.slice(first, last);
    if (before.some((message) => withdrawnIn(message).length > 0)) throw new Error("the restart withdrew a route");
    const codes = before.flatMap((message) => valuesOf(message, "bgp.notify.minor_error_cease")).join();
    const notified = cell.lack("helps-restart-notified") === null;
    if (codes !== (notified ? "4" : "")) throw new Error(`the restart says Cease / ${codes}`);
  },
};

function scripted(cell: Cell, options: object = {}): Promise<ScriptedSpeaker> {
  return cell.startSpeaker({
    asn: nodeAsn,
    routerId: node.ipv4,
    restarted: true,
    peer: { address: peer.ipv4, asn: peerAsn, connectRetry: 1, gracefulRestart: 10, ...options },
  });
}

/** `close({ mode: "restart" })`: Administrative Reset with the N bit, else not a word; and End-of-RIB only when it is said. */
const restarted: Variant = {
  name: "restarted by its program, End-of-RIB when it says so",
  needs: ["listens", "helps-restart"],
  prepare: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const first = await scripted(cell);
    await first.apply({ announce: [{ prefix: vip4 }, { prefix: former4 }] });
    await first.call("initialRoutesComplete");
    for (const vip of [vip4, former4]) await cell.route(vip);
    await first.call("restart");
    await first.process.exited;
    await sessionEnded(cell);
  },
  run: async (cell) => {
    await keeps(cell, [vip4, former4], 300);
    const second = await scripted(cell);
    await second.apply({ announce: [{ prefix: vip4 }] });
    await second.said("established");
    await keeps(cell, [vip4, former4], 700);
    await second.call("initialRoutesComplete");
    await cell.noRoute(former4);
    if (!(await has(cell, vip4))) throw new Error(`${vip4} did not stay`);
    await second.stop();
    const ours = await cell.ours();
    const lastOpen = ours.findLastIndex(({ type }) => type === "open");
    const afterwards = ours.slice(lastOpen);
    const announced = afterwards.findIndex((message) => announcedIn(message).includes(vip4));
    const ended = afterwards.findIndex(isEndOfRib);
    if (announced < 0 || ended < announced) throw new Error("End-of-RIB came before the routes");
    const gap = ((afterwards[ended]?.at ?? 0) - (afterwards[announced]?.at ?? 0)) * 1000;
    if (gap < 600) throw new Error(`End-of-RIB came ${gap.toFixed(0)} ms after the routes, before it was said`);
    const said = ours.filter(({ type }) => type === "notification").slice(0, -1);
    const notified = cell.lack("helps-restart-notified") === null;
    const codes = said.map((message) => valuesOf(message, "bgp.notify.minor_error_cease").join()).join();
    if (codes !== (notified ? "4" : "")) throw new Error(`the restart says Cease / ${codes}`);
  },
};

export const gracefulRestart: Case = {
  id: "graceful-restart",
  feature: "Graceful restart (RFC 4724, RFC 8538): killed or restarted, it is back before any of its routes moves",
  variants: [killed, signalled, restarted, notStarted],
};
