import { Reader } from "@vipcast/bgp";
import type { SessionOptions } from "../context.ts";
import { type Finding, type FormatReader, fault, maxRecordLength, warning } from "../finding.ts";
import { ByteQueue } from "../formats/byte-queue.ts";
import { isoTime } from "../time.ts";
import { bgp4mp } from "./bgp4mp.ts";
import { badRecord, type MrtRecord } from "./record.ts";
import { tableDump } from "./table-dump.ts";
import { TableDumpV2 } from "./table-dump-v2.ts";

/** RFC 6396 §4. */
const MrtType = { TableDump: 12, TableDumpV2: 13, Bgp4mp: 16, Bgp4mpEt: 17 } as const;
/** OSPFv2, IS-IS, OSPFv3 and the types from 0 to 10, which are deprecated: records to pass over. */
const otherTypes = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 32, 33, 48, 49]);
const headerLength = 12;

/** An MRT file (RFC 6396): a run of records, each with a common header of 12 octets. */
export class MrtReader implements FormatReader {
  done = false;
  readonly #options: SessionOptions;
  readonly #queue = new ByteQueue();
  readonly #tableDumpV2: TableDumpV2;
  #passedOver = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#tableDumpV2 = new TableDumpV2(options);
  }

  *push(chunk: Uint8Array): Iterable<Finding> {
    if (this.done) return;
    this.#queue.push(chunk);
    yield* this.#records();
    this.#queue.settle();
  }

  *#records(): Iterable<Finding> {
    const queue = this.#queue;
    while (queue.length >= headerLength) {
      const { bytes, start, offset } = queue;
      const header = new Reader(bytes, start, start + headerLength);
      const seconds = header.u32();
      const type = header.u16();
      const subtype = header.u16();
      const length = header.u32();
      const refusal = headerFault(type, length);
      if (refusal !== null) {
        this.done = true;
        yield fault(`At offset ${offset} ${refusal}; nothing after it can be read.`);
        return;
      }
      if (queue.length < headerLength + length) return;
      const end = start + headerLength + length;
      yield* this.#record(type, seconds, { offset, subtype, bytes, start: start + headerLength, end });
      queue.skip(headerLength + length);
    }
  }

  *end(): Iterable<Finding> {
    if (this.#passedOver > 0) {
      yield warning(`Records about something other than BGP were passed over: ${this.#passedOver}.`);
    }
    const { bytes, start, offset, length: have } = this.#queue;
    if (this.done || have === 0) return;
    const length = new Reader(bytes, start + 8, start + have).u32();
    const wanted = have < headerLength ? headerLength : headerLength + length;
    this.#queue.skip(have);
    yield fault(`It ends inside the record at offset ${offset}: ${have} of ${wanted} octets are there.`);
  }

  *#record(type: number, seconds: number, timeless: Omit<MrtRecord, "time">): Iterable<Finding> {
    const body = new Reader(timeless.bytes, timeless.start, timeless.end);
    // RFC 6396 §3: the fraction of the second, in microseconds; a million or more of them is none.
    const microseconds = type === MrtType.Bgp4mpEt ? body.u32() % 1_000_000 : 0;
    const record: MrtRecord = { ...timeless, time: isoTime(seconds, microseconds * 1000), start: body.offset };
    if (body.overrun) {
      yield badRecord(record, "has no room for its microseconds");
      return;
    }
    switch (type) {
      case MrtType.Bgp4mp:
      case MrtType.Bgp4mpEt:
        yield* bgp4mp(record, this.#options);
        return;
      case MrtType.TableDumpV2:
        yield* this.#tableDumpV2.read(record);
        return;
      case MrtType.TableDump:
        yield* tableDump(record, this.#options);
        return;
      default:
        this.#passedOver++;
    }
  }
}

function headerFault(type: number, length: number): string | null {
  const known = Object.values<number>(MrtType).includes(type) || otherTypes.has(type);
  if (!known) return `there is no MRT record: type ${type} is not registered`;
  if (length > maxRecordLength) {
    return `a record claims ${length} octets, and more than ${maxRecordLength >> 20} MiB are not believed`;
  }
  return null;
}
