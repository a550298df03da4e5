/** vipcast as it announces, or waits: a speaker with many routes, or many sessions. One JSON argument, JSON lines on standard output. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Speaker } from "@vipcast/speaker";

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
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

/** `192.0.2.1` plus `index`. */
function address(text: string, index: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  const value = (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) + index;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}

const speaker = new Speaker({ asn: 65_000, routerId: "10.0.0.254" });
await speaker.listen({ host: options.host, port: options.port });
let up = 0;
for (let index = 0; index < options.peers; index++) {
  const peer = speaker.addPeer(
    { address: address(options.peer, index), asn: options.peerAs, passive: true, holdTime: 9 },
    {
      onEstablished: () => {
        up++;
        if (up === options.peers) say({ event: "established", at: now() });
      },
      onDown: ({ wasEstablished }) => {
        if (wasEstablished) up--;
      },
    },
  );
  peer.routes.set(
    Array.from({ length: options.routes }, (_, route) => ({ prefix: `${address("100.64.0.0", route)}/32` })),
  );
}
process.stdin.on("data", () => {
  const { user, system } = process.cpuUsage();
  say({ event: "status", up, cpuMs: (user + system) / 1000, at: now(), maxDelayMs: delay.max / 1e6 });
});
process.stdin.on("end", () => process.exit(0));
say({ event: "ready" });
