/** vipcast with all of it at once: many idle sessions, a full table that comes in and host routes that go out. One JSON argument, JSON lines on standard output. */
import { acceptAll, LocRib } from "@vipcast/bgp";
import { addressAfter } from "@vipcast/interop/wire/neighbour";
import { Speaker } from "@vipcast/speaker";
import { Turns } from "./turns.ts";

/** What it is told. */
export interface EverythingOptions {
  readonly host: string;
  readonly port: number;
  readonly peerAs: number;
  readonly holdTime: number;
  /** The address of the first idle neighbour, and how many there are. */
  readonly idle: string;
  readonly sessions: number;
  /** The neighbour that sends a table, and the one that gets host routes. */
  readonly sender: string;
  readonly listener: string;
  readonly routes: number;
}

const options = JSON.parse(process.argv[2] ?? "{}") as EverythingOptions;
const { host, port, peerAs, holdTime } = options;
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const turns = new Turns();
const locRib = new LocRib();
let lost = 0;
let processor = process.cpuUsage();
const onDown = ({ wasEstablished }: { readonly wasEstablished: boolean }): void => {
  if (wasEstablished) lost++;
};

const speaker = new Speaker({ asn: 65_000, routerId: "10.0.0.254", locRib });
await speaker.listen({ host, port });
for (let index = 0; index < options.sessions; index++)
  speaker.addPeer({ address: addressAfter(options.idle, index), asn: peerAs, passive: true, holdTime }, { onDown });
const listener = speaker.addPeer(
  { address: options.listener, asn: peerAs, passive: true, holdTime },
  { onDown, onEstablished: () => say({ event: "announcing", at: now() }) },
);
listener.routes.set(
  Array.from({ length: options.routes }, (_, route) => ({ prefix: `${addressAfter("100.64.0.0", route)}/32` })),
);
speaker.addPeer(
  { address: options.sender, asn: peerAs, passive: true, holdTime, importPolicy: acceptAll },
  {
    onDown,
    onEndOfRib: () => {
      const { user, system } = process.cpuUsage(processor);
      say({ event: "received", at: now(), routes: locRib.size, cpuMs: (user + system) / 1000 });
    },
  },
);
process.stdin.on("data", () => {
  say({ event: "status", lost, routes: locRib.size, longestTurnMs: turns.longestMs });
  turns.start();
  processor = process.cpuUsage();
});
process.stdin.on("end", () => process.exit(0));
say({ event: "ready" });
