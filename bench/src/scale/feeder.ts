/**
 * The other end of a measurement, a process of its own with nothing of a speaker in it: opens `sessions` connections, says what makes each
 * established, writes a prepared stream to the first ones of them, and goes on with KEEPALIVEs. One JSON argument; one JSON object per line of
 * output, with times of the clock that all processes of the machine share.
 */
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { addressAfter, connectNeighbour } from "@vipcast/interop/wire/neighbour";

/** What a feeder is told. */
export interface FeederOptions {
  readonly host: string;
  readonly port: number;
  readonly asn: number;
  /** Of the first session; the others count on from it. Also its router id. */
  readonly source: string;
  readonly sessions: number;
  readonly holdTime: number;
  /** How many connections are on their way to a session at one time; null: all. */
  readonly atOnce: number | null;
  /** Messages to write once the session is established, or null. */
  readonly file: string | null;
  /** So many of the sessions write it, the first ones; each once all are established. */
  readonly writers: number;
}

/** Milliseconds of the machine's monotonic clock. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** An UPDATE of so many octets says nothing: End-of-RIB of IPv4 (RFC 4724 §2). */
const endOfRibOctets = 23;

const options = JSON.parse(process.argv[2] ?? "{}") as FeederOptions;
const stream = options.file === null ? null : readFileSync(options.file);
const say = (fields: object): void => {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
};
const { host, port, asn, holdTime } = options;
const writers: Socket[] = [];
let opened = 0;
let established = 0;
let lost = 0;
let octets = 0;
let updates = 0;
let lastOctetAt = 0;
let endsOfRib = 0;

/** The next connection, if there is one left. */
function open(): void {
  if (opened === options.sessions) return;
  const index = opened++;
  connectNeighbour(
    { host, port, asn, holdTime, source: addressAfter(options.source, index) },
    {
      up: (socket) => onUp(index, socket),
      update: onUpdate,
      notification: (code, subcode) => say({ event: "notification", code, subcode }),
      lost: () => {
        lost++;
      },
    },
  );
}

function onUp(index: number, socket: Socket): void {
  established++;
  if (index < options.writers) writers.push(socket);
  open();
  if (established < options.sessions) return;
  say({ event: "established", at: now() });
  if (stream === null) return;
  say({ event: "writing", at: now() });
  for (const writer of writers) writer.write(stream, () => say({ event: "written", at: now() }));
}

function onUpdate(length: number): void {
  octets += length;
  lastOctetAt = now();
  if (length !== endOfRibOctets) {
    updates++;
    return;
  }
  endsOfRib++;
  if (endsOfRib === options.sessions) say({ event: "end-of-rib", at: lastOctetAt, updates, octets });
}

process.stdin.on("data", () => say({ event: "status", established, lost, updates, octets, lastOctetAt }));
process.stdin.on("end", () => process.exit(0));
say({ event: "started", at: now() });
for (let index = 0; index < (options.atOnce ?? options.sessions); index++) open();
