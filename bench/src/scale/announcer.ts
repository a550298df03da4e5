/** vipcast as it announces, or waits: a speaker with many routes, or many sessions. One JSON argument, JSON lines on standard output. */
import { addressAfter } from "@vipcast/interop/wire/neighbour";
import { type Peer, Speaker } from "@vipcast/speaker";
import { Turns } from "./turns.ts";

/** What the announcer is told. */
export interface AnnouncerOptions {
  readonly host: string;
  readonly port: number;
  /** The neighbours' address and those after it. */
  readonly peer: string;
  readonly peers: number;
  readonly peerAs: number;
  /** Host routes that every neighbour gets. */
  readonly routes: number;
}

const options = JSON.parse(process.argv[2] ?? "{}") as AnnouncerOptions;
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const turns = new Turns();

const speaker = new Speaker({ asn: 65_000, routerId: "10.0.0.254" });
await speaker.listen({ host: options.host, port: options.port });
let up = 0;
for (let index = 0; index < options.peers; index++) {
  const peer: Peer = speaker.addPeer(
    { address: addressAfter(options.peer, index), asn: options.peerAs, passive: true, holdTime: 9 },
    {
      // Where it is one session, how long it takes is what counts.
      ...(options.peers === 1 ? {} : { onState: () => turns.watchThisTurn() }),
      onEstablished: () => {
        up++;
        if (up < options.peers) return;
        const at = now();
        // The routes leave once the handlers of this event have returned: nothing of a line is between the two.
        setImmediate(() => say({ event: "established", at }));
      },
      onDown: ({ wasEstablished }) => {
        if (!wasEstablished) return;
        up--;
        if (up === 0) say({ event: "gone" });
      },
    },
  );
  peer.routes.set(
    Array.from({ length: options.routes }, (_, route) => ({ prefix: `${addressAfter("100.64.0.0", route)}/32` })),
  );
}
process.stdin.on("data", () => {
  const { user, system } = process.cpuUsage();
  say({ event: "status", up, cpuMs: (user + system) / 1000, at: now(), longestTurnMs: turns.longestMs });
  turns.longestMs = 0;
});
process.stdin.on("end", () => process.exit(0));
// The turn in which all peers were added is not one of a speaker at work.
setImmediate(() => {
  turns.longestMs = 0;
  say({ event: "ready" });
});
