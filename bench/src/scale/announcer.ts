/** vipcast as it announces, or waits: a speaker with many routes, or many sessions. One JSON argument, JSON lines on standard output. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { addressAfter } from "@vipcast/interop/wire/neighbour";
import { type Peer, Speaker } from "@vipcast/speaker";

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

/** What sending takes of the processor, of all threads: on a busy machine the time that passes is mostly others' work. */
async function watchSending(peer: Peer): Promise<void> {
  const before = process.cpuUsage();
  const beganAt = now();
  // The routes are handed over once the handlers of this event have returned.
  await Promise.resolve();
  await peer.routes.flushed();
  const { user, system } = process.cpuUsage(before);
  say({ event: "sent", cpuMs: (user + system) / 1000, ms: now() - beganAt });
}

const speaker = new Speaker({ asn: 65_000, routerId: "10.0.0.254" });
await speaker.listen({ host: options.host, port: options.port });
let up = 0;
for (let index = 0; index < options.peers; index++) {
  const peer: Peer = speaker.addPeer(
    { address: addressAfter(options.peer, index), asn: options.peerAs, passive: true, holdTime: 9 },
    {
      onEstablished: () => {
        up++;
        if (options.routes > 0) void watchSending(peer);
        if (up === options.peers) say({ event: "established", at: now() });
      },
      onDown: ({ wasEstablished }) => {
        if (wasEstablished) up--;
      },
    },
  );
  peer.routes.set(
    Array.from({ length: options.routes }, (_, route) => ({ prefix: `${addressAfter("100.64.0.0", route)}/32` })),
  );
}
// Watching wakes the process a thousand times a second, which would be most of what an idle speaker does.
process.stdin.on("data", () => {
  delay.disable();
  const { user, system } = process.cpuUsage();
  say({ event: "status", up, cpuMs: (user + system) / 1000, at: now(), maxDelayMs: delay.max / 1e6 });
});
process.stdin.on("end", () => process.exit(0));
delay.enable();
say({ event: "ready" });
