/**
 * Neighbours of a router that say what a file tells them: one connection each, from an address of its own. One JSON argument; says
 * `{"event":"fed"}` when everything has been written.
 */
import { readFileSync } from "node:fs";
import { Family, MessageType } from "@vipcast/bgp";
import { connectNeighbour, encoded } from "../wire/neighbour.ts";

/** What the feeder is told. */
export interface DecisionFeederOptions {
  readonly router: string;
  readonly neighbours: readonly {
    readonly address: string;
    readonly asn: number;
    readonly routerId: string;
    /** UPDATEs as hex digits. */
    readonly file: string;
  }[];
}

const options = JSON.parse(process.argv[2] ?? "{}") as DecisionFeederOptions;
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
const endOfRib = encoded({ type: MessageType.Update, endOfRib: Family.Ipv4Unicast });
let fed = 0;

process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
for (const { address, asn, routerId, file } of options.neighbours) {
  const updates = Buffer.from(readFileSync(file, "utf8"), "hex");
  connectNeighbour(
    { host: options.router, port: 179, source: address, asn, routerId, holdTime: 90 },
    {
      up: (socket) => {
        socket.write(updates);
        socket.write(endOfRib, () => {
          fed++;
          if (fed === options.neighbours.length) say({ event: "fed" });
        });
      },
      notification: (code, subcode) => say({ event: "notification", from: address, code, subcode }),
      lost: () => say({ event: "lost", from: address }),
    },
  );
}
