/** vipcast as it receives: a speaker whose routes go into a Loc-RIB. One JSON argument, JSON lines on standard output. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { acceptAll, LocRib } from "@vipcast/bgp";
import { Speaker } from "@vipcast/speaker";
import { Turns } from "./turns.ts";

/** What the receiver is told. */
export interface ReceiverOptions {
  readonly host: string;
  readonly port: number;
  readonly peer: string;
  readonly peerAs: number;
}

const options = JSON.parse(process.argv[2] ?? "{}") as ReceiverOptions;
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let processor = process.cpuUsage();
const delay = monitorEventLoopDelay({ resolution: 1 });
const turns = new Turns();

const locRib = new LocRib();
const speaker = new Speaker({ asn: 65_000, routerId: "10.0.0.254", locRib });
const { port } = await speaker.listen({ host: options.host, port: options.port });
speaker.addPeer(
  { address: options.peer, asn: options.peerAs, passive: true, importPolicy: acceptAll },
  {
    onEstablished: () => {
      delay.enable();
      turns.start();
      processor = process.cpuUsage();
    },
    onEndOfRib: () => {
      const at = now();
      const { user, system } = process.cpuUsage(processor);
      delay.disable();
      turns.stop();
      const cpuMs = (user + system) / 1000;
      say({
        event: "received",
        at,
        routes: locRib.size,
        sets: locRib.attributes.size,
        cpuMs,
        maxDelayMs: delay.max / 1e6,
        longestTurnMs: turns.longestMs,
      });
    },
  },
);
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
say({ event: "ready", port });
