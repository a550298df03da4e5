import { sleep } from "@vipcast/lab";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, type PeerOptions, peerAsn } from "../cell/cell.ts";
import { batch, node, peer } from "../cell/world.ts";
import type { Ability } from "../daemons/driver.ts";
import type { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { valuesOf } from "../wire/messages.ts";

const [kept, gone] = ["198.51.100.0/24", "203.0.113.0/24"];
const routes = [{ prefix: kept }, { prefix: gone }];

/** A speaker that keeps the daemon's routes while that restarts, and has them. */
async function helperOf(cell: Cell, options: PeerOptions = {}, holdTime = 9): Promise<ScriptedSpeaker> {
  await cell.startPeer({ gracefulRestart: 10, routes, ...options });
  const speaker = await cell.startSpeaker({
    asn: nodeAsn,
    routerId: node.ipv4,
    restarted: true,
    listen: true,
    peer: { address: peer.ipv4, asn: peerAsn, holdTime, connectRetry: 1, gracefulRestart: { restartTime: 0 } },
  });
  await speaker.call("initialRoutesComplete");
  for (const prefix of [kept, gone]) await speaker.said("route", 5000, prefix);
  return speaker;
}

/** The daemon announces the first of the two routes alone from its next start on. */
function forgetOne(cell: Cell, options: PeerOptions = {}): void {
  cell.daemon.configure(cell.specOf({ gracefulRestart: 10, routes: [{ prefix: kept }], ...options }));
}

/** Of the two routes one came back, and the other went with End-of-RIB. */
async function comesBack(speaker: ScriptedSpeaker, timeoutMs: number): Promise<void> {
  await speaker.said("stale", timeoutMs, '"swept":"end-of-rib"');
  await speaker.said("withdrawn", 5000, gone);
  if (speaker.saidOf("withdrawn", kept)) throw new Error("the route that came back was dropped meanwhile");
}

const killed: Variant = {
  name: "killed and started",
  needs: ["listens", "restarts-gracefully"],
  run: async (cell) => {
    const speaker = await helperOf(cell);
    await cell.daemon.kill();
    await speaker.said("stale", 5000, '"routes":2');
    await speaker.call("stale");
    await speaker.said("snapshot", 2000, '"cause":"restart","why":"the peer restarts, and graceful restart bridges it');
    forgetOne(cell);
    // GoBGP is given its routes only once it runs: a session that is up before has an End-of-RIB without them.
    await batch(cell.sandbox, "node", [`route add prohibit ${peer.ipv4}/32`]);
    await cell.daemon.start();
    await batch(cell.sandbox, "node", [`route del prohibit ${peer.ipv4}/32`]);
    await comesBack(speaker, 8000);
    await speaker.stop();
  },
};

const notStarted: Variant = {
  name: "killed and not started again",
  needs: ["listens", "restarts-gracefully"],
  run: async (cell) => {
    const speaker = await helperOf(cell, { gracefulRestart: 3 });
    await cell.daemon.kill();
    await speaker.said("stale", 5000, '"routes":2');
    const began = performance.now();
    await speaker.said("stale", 5000, '"swept":"timer"');
    const waited = performance.now() - began;
    cell.figures["routes dropped after the end, ms"] = Math.round(waited);
    if (waited < 2500) throw new Error(`the routes were kept for ${waited.toFixed(0)} ms, and the restart time is 3 s`);
    for (const prefix of [kept, gone]) await speaker.said("withdrawn", 1000, prefix);
    await speaker.stop();
  },
};

/** Its end is lost on the way: only its new connection tells that it has restarted (RFC 4724 §5). */
const unnoticed: Variant = {
  name: "killed without a sign, and started",
  needs: ["listens", "dials", "restarts-gracefully"],
  prepare: async (cell) => {
    // Neither a KEEPALIVE nor a late acknowledgement is to meet the host that knows nothing of the connection any more.
    const speaker = await helperOf(cell, { passive: false }, 90);
    await sleep(300);
    // What nobody owns any more is not sent again for long.
    await cell.sandbox.exec("peer", ["sysctl", "-qw", "net.ipv4.tcp_orphan_retries=1"]);
    await batch(cell.sandbox, "peer", ["link set eth0 down"]);
    await cell.daemon.kill();
    await cell.eventually("the daemon's end of the connection is gone", async () => {
      const { stdout } = await cell.sandbox.exec("peer", [
        "ss",
        "-Htna",
        "sport",
        "=",
        "179",
        "or",
        "dport",
        "=",
        "179",
      ]);
      return stdout.trim() === "" ? true : null;
    });
    await batch(cell.sandbox, "peer", ["link set eth0 up", `address replace ${peer.ipv6}/64 dev eth0 nodad`]);
    if (speaker.count("down") > 0) throw new Error("the end was noticed");
    forgetOne(cell, { passive: false });
    await cell.daemon.start();
    await sleep(cell.daemon.driver.dialsAfterMs ?? 0);
  },
  run: async (cell) => {
    const speaker = cell.speaker;
    const down = await speaker.said("down", 8000);
    if (!down.includes("connected anew")) throw new Error(`the session ended otherwise: ${down}`);
    await comesBack(speaker, 8000);
    await speaker.stop();
    const said = (await cell.ours()).filter(({ type }) => type === "notification");
    if (said.length > 1) throw new Error("a NOTIFICATION was sent on the connection that was over");
  },
};

/** What it says decides: with the N bit everything but a Hard Reset keeps its routes, without it only silence does (RFC 8538 §4). */
function ends(name: string, ability: Ability, act: (cell: Cell) => Promise<void>): Variant {
  return {
    name,
    needs: ["listens", "restarts-gracefully", ability],
    run: async (cell) => {
      const speaker = await helperOf(cell);
      await act(cell);
      await speaker.said("down");
      await sleep(300);
      const stale = speaker.saidOf("stale", '"routes":2');
      const withdrawn = [kept, gone].every((prefix) => speaker.saidOf("withdrawn", prefix));
      await speaker.stop();
      const { messages } = await cell.wire();
      const theirs = messages.filter(({ from, type }) => from === peer.ipv4 && type === "notification");
      const code = theirs.map((message) => valuesOf(message, "bgp.notify.minor_error_cease").join()).at(-1) ?? null;
      const notified = cell.lack("helps-restart-notified") === null;
      const bridged = code === null || (notified && code !== "9");
      const words = code === null ? "nothing" : `Cease / ${code}`;
      cell.notes.push(`${cell.daemon.driver.title} says ${words}, and its routes are ${stale ? "kept" : "dropped"}`);
      if (stale !== bridged || withdrawn === bridged)
        throw new Error(`its routes are ${stale ? "kept" : "dropped"} after ${words}`);
    },
  };
}

const stopped = ends("stopped in order", "listens", (cell) => cell.daemon.stop());
const shutDown = ends("shut down by its operator", "shutdown-text", (cell) => cell.daemon.shutDown("maintenance"));

/** Administrative Reset with the N bit at both ends: a short restart that moves nothing (RFC 8538 §4). */
const reset: Variant = {
  name: "reset on a command",
  needs: ["listens", "restarts-gracefully", "resets-bridged"],
  prepare: async (cell) => {
    await helperOf(cell);
    await cell.daemon.reset();
  },
  run: async (cell) => {
    const speaker = cell.speaker;
    await speaker.said("stale", 5000, '"routes":2');
    await speaker.said("stale", 8000, '"swept":"end-of-rib"');
    if (speaker.count("withdrawn") > 0) throw new Error("a route went that was there all the while");
    await speaker.stop();
    const { messages } = await cell.wire();
    const theirs = messages.filter(({ from, type }) => from === peer.ipv4 && type === "notification");
    // FRR says it twice.
    const codes = [...new Set(theirs.flatMap((message) => valuesOf(message, "bgp.notify.minor_error_cease")))].join();
    if (codes !== "4") throw new Error(`${cell.daemon.driver.title} says Cease / ${codes}, not Administrative Reset`);
  },
};

export const peerGracefulRestart: Case = {
  id: "peer-graceful-restart",
  notQuick: true,
  feature: "Keeps the routes of a peer that restarts until it has sent them again, and no longer (RFC 4724, RFC 8538)",
  variants: [killed, notStarted, unnoticed, stopped, shutDown, reset],
};
