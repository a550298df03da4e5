/**
 * The other end of a measurement, a process of its own with nothing of a speaker in it: opens `sessions` connections, says what makes each
 * established, writes a prepared stream to it, and goes on with KEEPALIVEs. One JSON argument; one JSON object per line of output,
 * with times of the clock that all processes of the machine share.
 */
import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { defaultCodecContext, encodeMessage, Family, Framer, MessageType, Writer } from "@vipcast/bgp";

/** What a feeder is told. */
export interface FeederOptions {
  readonly host: string;
  readonly port: number;
  readonly asn: number;
  /** Of the first session; the others count on from it. Also its router id. */
  readonly source: string;
  readonly sessions: number;
  readonly holdTime: number;
  /** Messages to write once the session is established, or null. */
  readonly file: string | null;
}

/** Milliseconds of the machine's monotonic clock. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const options = JSON.parse(process.argv[2] ?? "{}") as FeederOptions;
const stream = options.file === null ? null : readFileSync(options.file);
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
let established = 0;
let lost = 0;
let octets = 0;
let updates = 0;
let lastOctetAt = 0;
const sockets: Socket[] = [];

function message(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.slice();
}

const keepalive = message((w) => encodeMessage(w, { type: MessageType.Keepalive }, defaultCodecContext));

/** Address `source` plus `index`. */
function address(index: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = options.source.split(".").map(Number);
  const value = (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) + index;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}

function connect(index: number): void {
  const source = address(index);
  const socket = createConnection({ host: options.host, port: options.port, localAddress: source });
  sockets.push(socket);
  socket.setNoDelay(true);
  const open = message((w) =>
    encodeMessage(
      w,
      {
        type: MessageType.Open,
        asn: options.asn,
        holdTime: options.holdTime,
        routerId: new DataView(Uint8Array.from(source.split(".").map(Number)).buffer).getUint32(0),
        capabilities: [
          { code: 1, name: "multiprotocol", family: Family.Ipv4Unicast },
          { code: 2, name: "route-refresh" },
          { code: 65, name: "four-octet-as", asn: options.asn },
        ],
      },
      defaultCodecContext,
    ),
  );
  const framer = new Framer();
  let isUp = false;
  socket.on("connect", () => socket.write(open));
  socket.on("data", (chunk) => {
    framer.push(chunk);
    while (framer.next()) {
      const type = framer.bytes[framer.start + 18];
      if (type === MessageType.Open) socket.write(keepalive);
      if (type === MessageType.Notification)
        say({ event: "notification", code: framer.bytes[framer.start + 19], subcode: framer.bytes[framer.start + 20] });
      if (type === MessageType.Update) {
        updates++;
        octets += framer.end - framer.start;
        lastOctetAt = now();
        if (framer.end - framer.start === 23)
          say({ event: "end-of-rib", at: lastOctetAt, updates: updates - 1, octets });
      }
      if (type === MessageType.Keepalive && !isUp) {
        isUp = true;
        onUp(socket);
      }
    }
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (isUp) lost++;
    else if (lost === 0) setTimeout(() => connect(index), 200);
  });
}

function onUp(socket: Socket): void {
  established++;
  if (established === options.sessions) say({ event: "established", at: now() });
  if (stream === null) return;
  say({ event: "writing", at: now() });
  socket.write(stream, () => say({ event: "written", at: now() }));
}

process.stdin.on("data", () => say({ event: "status", established, lost, updates, octets, lastOctetAt }));
process.stdin.on("end", () => process.exit(0));
if (options.holdTime > 0)
  setInterval(
    () => {
      for (const socket of sockets) socket.write(keepalive);
    },
    (options.holdTime * 1000) / 3,
  );
say({ event: "started", at: now() });
for (let index = 0; index < options.sessions; index++) connect(index);
