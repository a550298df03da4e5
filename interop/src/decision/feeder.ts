/**
 * Neighbours of a router that say what a file tells them: one connection each, from an address of its own. One JSON argument; says
 * `{"event":"fed"}` when everything has been written.
 */
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { defaultCodecContext, encodeMessage, Family, Framer, MessageType, Writer } from "@vipcast/bgp";

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
let fed = 0;

function encoded(message: Parameters<typeof encodeMessage>[1]): Uint8Array {
  const writer = new Writer();
  encodeMessage(writer, message, defaultCodecContext);
  return writer.slice();
}

const keepalive = encoded({ type: MessageType.Keepalive });
const endOfRib = encoded({ type: MessageType.Update, endOfRib: Family.Ipv4Unicast });

function connect({ address, asn, routerId, file }: DecisionFeederOptions["neighbours"][number]): void {
  const updates = Buffer.from(readFileSync(file, "utf8"), "hex");
  const open = encoded({
    type: MessageType.Open,
    asn,
    holdTime: 90,
    routerId: new DataView(Uint8Array.from(routerId.split(".").map(Number)).buffer).getUint32(0),
    capabilities: [
      { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
      { code: 65, name: "four-octet-as", asn },
    ],
  });
  const socket = createConnection({ host: options.router, port: 179, localAddress: address });
  const framer = new Framer();
  let isUp = false;
  socket.on("connect", () => socket.write(open));
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    framer.push(chunk);
    while (framer.next()) {
      const type = framer.bytes[framer.start + 18];
      if (type === MessageType.Notification)
        say({
          event: "notification",
          from: address,
          code: framer.bytes[framer.start + 19],
          subcode: framer.bytes[framer.start + 20],
        });
      if (type === MessageType.Open) socket.write(keepalive);
      if (type !== MessageType.Keepalive || isUp) continue;
      isUp = true;
      setInterval(() => socket.write(keepalive), 20_000);
      socket.write(updates);
      socket.write(endOfRib, () => {
        fed++;
        if (fed === options.neighbours.length) say({ event: "fed" });
      });
    }
  });
  socket.on("close", () => {
    // The router may not listen yet.
    if (!isUp) setTimeout(() => connect({ address, asn, routerId, file }), 300);
    else say({ event: "lost", from: address });
  });
}

process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
for (const neighbour of options.neighbours) connect(neighbour);
