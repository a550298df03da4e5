import type { Case, Variant } from "../cell/case.ts";
import { type Cell, peerAsn, vip4 } from "../cell/cell.ts";
import { keeps, sessionEnded } from "../cell/keeping.ts";
import { peer } from "../cell/world.ts";
import { announcedIn, isEndOfRib } from "../wire/messages.ts";
import type { WireMessage } from "../wire/pdml.ts";

function withRestart(seconds: number): readonly string[] {
  return ["--peer", `${peer.ipv4},asn=${peerAsn},connect-retry=1,graceful-restart=${seconds}`];
}

/** What was sent on the last session, its OPEN first. */
function endingOf(ours: readonly WireMessage[]): readonly WireMessage[] {
  return ours.slice(ours.findLastIndex(({ type }) => type === "open"));
}

/** How long after the OPEN the first End-of-RIB was sent, in milliseconds. */
function endOfRibAfterOpen(messages: readonly WireMessage[]): number {
  const ended = messages.find(isEndOfRib);
  if (ended === undefined) throw new Error("End-of-RIB was not sent");
  return (ended.at - (messages[0]?.at ?? 0)) * 1000;
}

async function announceHealthy(cell: Cell): Promise<void> {
  await cell.startPeer({ helpsRestart: true });
  await cell.announce([vip4, ...withRestart(10), "--check", "exec:/bin/true", "--rise", "1"]);
  await cell.route(vip4);
}

/** It is announced for the restart time from here on: the address is bound, and the last verdict was good. */
async function killedWhileHealthy(cell: Cell): Promise<void> {
  await cell.announcer.stop("SIGKILL");
  await sessionEnded(cell);
}

/** The first verdict takes a second: until then the daemon keeps the route, and End-of-RIB waits. */
function checked(verdict: "healthy" | "unhealthy"): Variant {
  const check = ["--rise", "1", "--fall", "1", "--timeout", "3", "--interval", "5"];
  return {
    name: `killed and started, then ${verdict}`,
    needs: ["listens", "helps-restart"],
    prepare: announceHealthy,
    run: async (cell) => {
      await killedWhileHealthy(cell);
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
      const afterwards = endingOf(await cell.ours());
      const ended = afterwards.findIndex(isEndOfRib);
      const waited = endOfRibAfterOpen(afterwards);
      cell.figures["End-of-RIB after the OPEN, ms"] = Math.round(waited);
      if (waited < 700) throw new Error(`End-of-RIB came ${waited.toFixed(0)} ms after the OPEN, before any verdict`);
      const announced = afterwards.findIndex((message) => announcedIn(message).includes(vip4));
      if (verdict === "healthy" && (announced < 0 || announced > ended))
        throw new Error("End-of-RIB came before the route");
      if (verdict === "unhealthy" && announced >= 0) throw new Error("an unhealthy VIP was announced");
    },
  };
}

/** The first verdict takes longer than the restart time: then that ends the wait, and the daemon drops the route. */
const undecided: Variant = {
  name: "killed and started, then no verdict in time",
  needs: ["listens", "helps-restart"],
  prepare: announceHealthy,
  run: async (cell) => {
    await killedWhileHealthy(cell);
    const check = ["--check", "exec:/bin/sleep 9", "--rise", "1", "--timeout", "9", "--interval", "10"];
    const second = await cell.announce([vip4, ...withRestart(2), ...check]);
    await second.saw("peer.established");
    await keeps(cell, [vip4], 800);
    await cell.noRoute(vip4);
    await second.stop();
    const afterwards = endingOf(await cell.ours());
    const waited = endOfRibAfterOpen(afterwards);
    cell.figures["End-of-RIB after the OPEN, ms"] = Math.round(waited);
    if (waited < 800 || waited > 2500)
      throw new Error(`End-of-RIB came ${waited.toFixed(0)} ms after the OPEN, and the restart time is 2 s`);
    if (afterwards.some((message) => announcedIn(message).includes(vip4)))
      throw new Error("a VIP without a verdict was announced");
  },
};

export const firstVerdicts: Case = {
  id: "first-verdicts",
  notQuick: true,
  feature:
    "After a restart End-of-RIB waits for the first verdicts of the health checks, at most for the restart time (RFC 4724)",
  variants: [checked("healthy"), checked("unhealthy"), undecided],
};
