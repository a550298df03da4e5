/** vipcast with many neighbours that all send a table at once: what each sends is kept apart. One JSON argument, JSON lines on standard output. */
import { acceptAll } from "@vipcast/bgp";
import { addressAfter } from "@vipcast/interop/wire/neighbour";
import { type Peer, Speaker } from "@vipcast/speaker";
import { Turns } from "./turns.ts";

/** What it is told. */
export interface CrowdOptions {
  readonly host: string;
  readonly port: number;
  /** The neighbours' address and those after it. */
  readonly peer: string;
  readonly peers: number;
  readonly peerAs: number;
  readonly holdTime: number;
}

const { host, port, peer, peers, peerAs, holdTime } = JSON.parse(process.argv[2] ?? "{}") as CrowdOptions;
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
const turns = new Turns();
let up = 0;
let lost = 0;
let endsOfRib = 0;
let processor = process.cpuUsage();
const received = (): number => crowd.reduce((sum, { adjRibIn }) => sum + adjRibIn.size, 0);

const speaker = new Speaker({ asn: 65_000, routerId: "10.0.0.254" });
await speaker.listen({ host, port });
const crowd: readonly Peer[] = Array.from({ length: peers }, (_, index) =>
  speaker.addPeer(
    { address: addressAfter(peer, index), asn: peerAs, passive: true, holdTime, importPolicy: acceptAll },
    {
      onEstablished: () => {
        if (++up < peers) return;
        processor = process.cpuUsage();
        turns.start();
      },
      onDown: ({ wasEstablished }) => {
        if (wasEstablished) lost++;
      },
      onEndOfRib: () => {
        if (++endsOfRib < peers) return;
        const at = Number(process.hrtime.bigint()) / 1e6;
        const { user, system } = process.cpuUsage(processor);
        const { longestMs } = turns;
        say({ event: "received", at, routes: received(), cpuMs: (user + system) / 1000, longestTurnMs: longestMs });
      },
    },
  ),
);
process.stdin.on("data", () => say({ event: "status", lost, longestTurnMs: turns.longestMs }));
process.stdin.on("end", () => process.exit(0));
say({ event: "ready" });
