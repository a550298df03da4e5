import { sleep } from "@vipcast/lab";
import type { Route } from "@vipcast/speaker";
import type { Case, Variant } from "../cell/case.ts";
import { type Cell, nodeAsn, peerAsn, vip4, vip6 } from "../cell/cell.ts";
import { node, peer } from "../cell/world.ts";
import { familyOfPrefix } from "../daemons/driver.ts";
import { ScriptedSpeaker } from "../subject/scripted-speaker.ts";
import { announcedIn, valuesOf, withdrawnIn } from "../wire/messages.ts";

/** What our OPEN offers for both families: 1 to receive, 2 to send (RFC 7911 §4). */
async function checkOffer(cell: Cell, mode: 1 | 2 | 3): Promise<void> {
  const open = (await cell.ours()).find((message) => message.type === "open");
  const modes = open === undefined ? [] : valuesOf(open, "bgp.cap.ap.sendreceive");
  if (modes.join(" ") !== `${mode} ${mode}`) throw new Error(`the OPEN offers ADD-PATH as ${modes.join(", ")}`);
}

/** The path identifiers before each of our announcements, or withdrawals, of a prefix, in the order of the wire. */
async function pathIds(cell: Cell, prefix: string, prefixesIn: typeof announcedIn): Promise<string> {
  const about = (await cell.ours()).filter((message) => prefixesIn(message).includes(prefix));
  return about.flatMap((message) => valuesOf(message, "bgp.nlri_path_id")).join(" ");
}

async function meds(cell: Cell, prefix: string): Promise<string> {
  const routes = (await cell.daemon.received(familyOfPrefix(prefix))).filter((route) => route.prefix === prefix);
  return routes
    .map((route) => route.med ?? -1)
    .sort((a, b) => a - b)
    .join(" ");
}

async function hasMeds(cell: Cell, prefix: string, expected: string): Promise<void> {
  const title = cell.daemon.driver.title;
  await cell.eventually(`${title} has paths to ${prefix} with the MEDs ${expected}`, async () =>
    (await meds(cell, prefix)) === expected ? true : null,
  );
}

function startSpeaker(cell: Cell, addPath: "send" | "receive"): Promise<ScriptedSpeaker> {
  const session = { address: peer.ipv4, asn: peerAsn, addPath };
  return ScriptedSpeaker.start(cell.sandbox, "node", { asn: nodeAsn, routerId: node.ipv4, peer: session });
}

const several: Variant = {
  name: "several paths",
  needs: ["listens", "add-path-receive", "other-family-routes"],
  run: async (cell) => {
    await cell.startPeer({ addPath: "receive" });
    const speaker = await startSpeaker(cell, "send");
    const paths = (prefix: string): readonly Route[] => [
      { prefix, attributes: { med: 10 } },
      { prefix, pathId: 7, attributes: { med: 70 } },
      { prefix, pathId: 4294967295, attributes: { med: 90 } },
    ];
    await speaker.apply({ announce: [...paths(vip4), ...paths(vip6)] });
    await cell.established();
    for (const prefix of [vip4, vip6]) await hasMeds(cell, prefix, "10 70 90");
    await speaker.apply({ announce: [{ prefix: vip4, pathId: 7, attributes: { med: 71 } }] });
    await hasMeds(cell, vip4, "10 71 90");
    await speaker.apply({ withdraw: [vip4, { prefix: vip6, pathId: 7 }] });
    await hasMeds(cell, vip4, "71 90");
    await hasMeds(cell, vip6, "10 90");
    await speaker.stop();
    await checkOffer(cell, 2);
    const seen = [await pathIds(cell, vip4, announcedIn), await pathIds(cell, vip4, withdrawnIn)].join(", ");
    if (seen !== "1 7 4294967295 7, 1") throw new Error(`the wire has the path ids ${seen}`);
  },
};

const commandLine: Variant = {
  name: "from the command line",
  needs: ["listens", "add-path-receive", "other-family-routes"],
  run: async (cell) => {
    await cell.startPeer({ addPath: "both" });
    await cell.announce([vip4, vip6, "--med", "5", "--peer", `${peer.ipv4},asn=${peerAsn},add-path=both`]);
    await cell.established();
    await cell.route(vip4, { med: 5, nextHop: node.ipv4 });
    await cell.route(vip6, { med: 5, nextHop: node.ipv6 });
    await cell.stopAll();
    for (const prefix of [vip4, vip6]) await cell.noRoute(prefix);
    await checkOffer(cell, 3);
    for (const prefix of [vip4, vip6]) {
      const seen = [await pathIds(cell, prefix, announcedIn), await pathIds(cell, prefix, withdrawnIn)].join(", ");
      if (seen !== "1, 1") throw new Error(`the wire has the path ids ${seen} for ${prefix}`);
    }
  },
};

/** A peer that does not offer to receive several paths gets the lowest, without an identifier. */
const notAgreed: Variant = {
  name: "the peer does not offer it",
  needs: ["listens", "add-path-off"],
  run: async (cell) => {
    await cell.startPeer();
    const speaker = await startSpeaker(cell, "send");
    const path = (med: number): Route => ({ prefix: vip4, pathId: med, attributes: { med } });
    await speaker.apply({ announce: [path(30), path(20)] });
    await cell.established();
    await hasMeds(cell, vip4, "20");
    await speaker.said("error");
    await speaker.apply({ withdraw: [{ prefix: vip4, pathId: 20 }] });
    await hasMeds(cell, vip4, "30");
    await speaker.stop();
    const seen = [await pathIds(cell, vip4, announcedIn), await pathIds(cell, vip4, withdrawnIn)].join("");
    if (seen !== "") throw new Error(`the wire has the path ids ${seen}`);
  },
};

const received: Variant = {
  name: "the peer sends path ids",
  needs: ["listens", "add-path-send"],
  run: async (cell) => {
    await cell.startPeer({ addPath: "send", routes: [{ prefix: "198.51.100.0/24" }, { prefix: "198.51.100.7/32" }] });
    const speaker = await startSpeaker(cell, "receive");
    await cell.established();
    const heard = (): readonly number[] =>
      speaker.process.lines
        .flatMap(({ text }) => text.match(/"event":"path","family":4,"pathId":(-?\d+)/)?.[1] ?? [])
        .map(Number);
    await cell.eventually("vipcast hears of both routes", () => (heard().length === 2 ? true : null));
    if (heard().some((pathId) => pathId < 0)) throw new Error(`vipcast reads the path ids ${heard().join(", ")}`);
    await speaker.stop();
    await checkOffer(cell, 1);
    const theirs = (await cell.wire()).messages.filter(({ from }) => from === peer.ipv4);
    const sent = theirs.flatMap((message) =>
      announcedIn(message).length > 0 ? valuesOf(message, "bgp.nlri_path_id") : [],
    );
    if (sent.join() !== heard().join())
      throw new Error(`the wire has the path ids ${sent.join()}, vipcast reads ${heard().join()}`);
  },
};

/** Two others announce the same prefix to the daemon, which has to send us both paths. */
const feeders = [
  { address: "10.0.0.2", asn: 65002 },
  { address: "10.0.0.3", asn: 65003 },
] as const;

const severalReceived: Variant = {
  name: "the peer sends several paths",
  needs: ["listens", "add-path-send", "several-neighbours"],
  run: async (cell) => {
    await cell.ipOnNode(...feeders.map(({ address }) => `address add ${address}/24 dev eth0`));
    const spec = cell.specOf({ passesOn: true });
    const neighbours = spec.neighbours.flatMap((own) => [
      { ...own, addPath: "send" as const },
      ...feeders.map(({ address, asn }) => ({ ...own, name: `as${asn}`, address, asn })),
    ]);
    cell.daemon.configure({ ...spec, neighbours });
    await cell.daemon.start();
    const receiver = await startSpeaker(cell, "receive");
    const programs = await Promise.all(
      feeders.map(async ({ address, asn }) => {
        const session = { address: peer.ipv4, asn: peerAsn, source: address, connectRetry: 1 };
        const program = await ScriptedSpeaker.start(cell.sandbox, "node", { asn, routerId: address, peer: session });
        await program.apply({ announce: [{ prefix: vip4 }] });
        return program;
      }),
    );
    const said = (event: string): readonly number[] =>
      receiver.process.lines.flatMap(({ text }) =>
        text.includes(`"event":"${event}"`) ? Number(text.match(/"pathId":(-?\d+)/)?.[1] ?? -1) : [],
      );
    const paths = await cell.eventually("vipcast has two paths to one prefix", () => {
      const ids = [...new Set(said("path"))];
      return ids.length === 2 && !ids.includes(-1) ? ids : null;
    });
    await programs[0]?.stop();
    const gone = await cell.eventually("the path that went is withdrawn", () => said("withdrawn")[0] ?? null);
    await sleep(200);
    if (!paths.includes(gone) || said("withdrawn").length !== 1)
      throw new Error(`of the paths ${paths.join(", ")} vipcast dropped ${said("withdrawn").join(", ")}`);
    await programs[1]?.stop();
    await receiver.stop();
  },
};

export const addPath: Case = {
  id: "add-path",
  feature: "ADD-PATH: several paths to one prefix, where both ends agree; one path elsewhere",
  variants: [several, commandLine, notAgreed, received, severalReceived],
};
