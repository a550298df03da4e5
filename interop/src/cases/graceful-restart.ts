import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { familyOfPrefix } from "../daemons/driver.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { announcedIn, isEndOfRib, valuesOf } from "../wire/messages.ts";

/** One that the second run does not announce any more. */
const former4 = "192.0.2.11/32";

const session = `${peer.ipv4},asn=${peerAsn},connect-retry=1`;

function withRestart(seconds: number): readonly string[] {
  return ["--peer", `${session},graceful-restart=${seconds}`];
}

async function has(cell: Cell, prefix: string): Promise<boolean> {
  const routes = await cell.daemon.received(familyOfPrefix(prefix));
  return routes.some((route) => route.prefix === prefix);
}

/** The daemon keeps these over so long a time. */
async function keeps(cell: Cell, prefixes: readonly string[], forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  do {
    for (const prefix of prefixes)
      if (!(await has(cell, prefix))) throw new Error(`${cell.daemon.driver.title} has dropped ${prefix}`);
    await sleep(100);
  } while (performance.now() < end);
}

async function sessionEnded(cell: Cell): Promise<void> {
  await cell.eventually("the daemon notices the end", async () => {
    const [first] = await cell.daemon.sessions();
    return first?.state === "established" ? null : true;
  });
}

/** Killed, and started again: nothing that comes back moves, and what does not is gone with End-of-RIB. */
const killed: Variant = {
  name: "killed and started",
  needs: ["listens", "helps-restart"],
  run: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const first = await cell.announce([vip4, former4, ...withRestart(10)]);
    for (const vip of [vip4, former4]) await cell.route(vip);
    await first.stop("SIGKILL");
    await sessionEnded(cell);
    await sleep(cell.daemon.driver.backAfterMs ?? 0);
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

/** A stop is no restart: a Hard Reset where the N bit was agreed, else a plain Cease. */
const stopped: Variant = {
  name: "stopped",
  needs: ["listens", "helps-restart"],
  run: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const announcer = await cell.announce([vip4, vip6, ...withRestart(10)]);
    await cell.route(vip4);
    const began = performance.now();
    await announcer.stop();
    await cell.noRoute(vip4, 2500);
    cell.figures["route gone after the stop, ms"] = Math.round(performance.now() - began);
    const said = (await cell.ours()).filter(({ type }) => type === "notification");
    const codes = said.map((message) => valuesOf(message, "bgp.notify.minor_error_cease").join());
    const notified = cell.lack("helps-restart-notified") === null;
    // 9 is Hard Reset (RFC 8538 §3.1), 2 Administrative Shutdown.
    if (codes.join() !== (notified ? "9" : "2")) throw new Error(`the stop says Cease / ${codes.join(", ")}`);
  },
};

/** The first verdict takes a second: until then the daemon keeps the route, and End-of-RIB waits. */
function checked(verdict: "healthy" | "unhealthy"): Variant {
  const check = ["--rise", "1", "--fall", "1", "--timeout", "3", "--interval", "5"];
  return {
    name: `killed and started, then ${verdict}`,
    needs: ["listens", "helps-restart"],
    run: async (cell) => {
      await cell.startPeer({ helpsRestart: true });
      const first = await cell.announce([vip4, ...withRestart(10), "--check", "exec:/bin/true", ...check]);
      await cell.route(vip4);
      await first.stop("SIGKILL");
      await sessionEnded(cell);
      await sleep(cell.daemon.driver.backAfterMs ?? 0);
      const command = verdict === "healthy" ? "exec:/bin/sleep 1" : 'exec:/bin/sh -c "sleep 1; exit 1"';
      const second = await cell.announce([vip4, ...withRestart(10), "--check", command, ...check]);
      await second.saw("peer.established");
      await keeps(cell, [vip4], 400);
      if (verdict === "unhealthy") await cell.noRoute(vip4);
      else {
        await second.saw("vip.announced");
        await keeps(cell, [vip4], 400);
      }
      await second.stop();
      const ours = await cell.ours();
      const afterwards = ours.slice(ours.findLastIndex(({ type }) => type === "open"));
      const [open] = afterwards;
      const ended = afterwards.findIndex(isEndOfRib);
      const waited = ((afterwards[ended]?.at ?? 0) - (open?.at ?? 0)) * 1000;
      cell.figures["End-of-RIB after the OPEN, ms"] = Math.round(waited);
      if (waited < 700) throw new Error(`End-of-RIB came ${waited.toFixed(0)} ms after the OPEN, before any verdict`);
      const announced = afterwards.findIndex((message) => announcedIn(message).includes(vip4));
      if (verdict === "healthy" && (announced < 0 || announced > ended))
        throw new Error("End-of-RIB came before the route");
      if (verdict === "unhealthy" && announced >= 0) throw new Error("an unhealthy VIP was announced");
    },
  };
}

function scripted(cell: Cell, options: object = {}): Promise<ScriptedSpeaker> {
  return ScriptedSpeaker.start(cell.sandbox, "node", {
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
  run: async (cell) => {
    await cell.startPeer({ helpsRestart: true });
    const first = await scripted(cell);
    await first.apply({ announce: [{ prefix: vip4 }, { prefix: former4 }] });
    await first.call("initialRoutesComplete");
    for (const vip of [vip4, former4]) await cell.route(vip);
    await first.call("restart");
    await first.process.exited;
    await sessionEnded(cell);
    await sleep(cell.daemon.driver.backAfterMs ?? 0);
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

/** We are the helper of a daemon that is killed and comes back. */
const helper: Variant = {
  name: "the peer is killed and started",
  needs: ["listens", "restarts-gracefully"],
  run: async (cell) => {
    await cell.startPeer({
      gracefulRestart: 10,
      routes: [{ prefix: "198.51.100.0/24" }, { prefix: "203.0.113.0/24" }],
    });
    const speaker = await scripted(cell, { gracefulRestart: { restartTime: 0 } });
    await speaker.call("initialRoutesComplete");
    await speaker.said("route", 5000, "198.51.100.0/24");
    await speaker.said("route", 5000, "203.0.113.0/24");
    await cell.daemon.kill();
    await speaker.said("stale", 5000, '"routes":2');
    cell.daemon.configure(cell.specOf({ gracefulRestart: 10, routes: [{ prefix: "198.51.100.0/24" }] }));
    await cell.daemon.start();
    await speaker.said("stale", 8000, '"swept":"end-of-rib"');
    await speaker.said("withdrawn", 5000, "203.0.113.0/24");
    if (speaker.process.lines.some(({ text }) => text.includes('"withdrawn"') && text.includes("198.51.100.0/24")))
      throw new Error("the route that came back was dropped meanwhile");
    await speaker.stop();
  },
};

export const gracefulRestart: Case = {
  id: "graceful-restart",
  feature: "Graceful restart (RFC 4724, RFC 8538): a restart moves no route, a stop takes all of them away at once",
  variants: [killed, stopped, notStarted, checked("healthy"), checked("unhealthy"), restarted, helper],
};
