import type { RawArguments } from "../arguments/option.ts";
import { type Problem, problemSentence } from "../arguments/problem.ts";
import { CaptureReader } from "./capture/capture.ts";
import { codecContext, type SessionOptions } from "./context.ts";
import type { Finding, FormatReader } from "./finding.ts";
import { HexReader } from "./formats/hex.ts";
import { RawReader } from "./formats/raw.ts";
import { detectFormat, detectPacking, type InputFormat } from "./input/detect.ts";
import { readHead } from "./input/head.ts";
import { openSource, type Source } from "./input/source.ts";
import { InputError, unpack } from "./input/unpack.ts";
import { MrtReader } from "./mrt/mrt.ts";
import { Notes } from "./output/notes.ts";
import { Printer } from "./output/printer.ts";
import { Progress } from "./output/progress.ts";
import { LineWriter } from "./output/writer.ts";
import { type DecodeSettings, readSettings } from "./settings.ts";

/** Runs `vipcast decode` with the arguments as read; returns the exit code. */
export async function decode(raw: RawArguments, problems: readonly Problem[]): Promise<number> {
  const { settings, problems: more } = readSettings(raw, process.stdin.isTTY === true);
  const wrong = [...problems, ...more];
  if (wrong.length > 0) {
    for (const problem of wrong) process.stderr.write(`${problemSentence(problem)}\n`);
    return 2;
  }
  const source = await openSource(settings.file, process.stdin);
  if (typeof source === "string") {
    new Notes(settings.file ?? "standard input", (text) => process.stderr.write(text)).add(source, true);
    return 2;
  }
  return new Run(settings, source).toEnd();
}

/** One input, from opening to the exit code. */
class Run {
  readonly #settings: DecodeSettings;
  readonly #source: Source;
  readonly #notes: Notes;
  readonly #writer = new LineWriter(process.stdout);
  readonly #printer: Printer;
  readonly #progress: Progress | null;
  #readOctets = 0;

  constructor(settings: DecodeSettings, source: Source) {
    this.#settings = settings;
    this.#source = source;
    this.#notes = new Notes(source.name, (text) => {
      this.#progress?.hide();
      process.stderr.write(text);
    });
    this.#printer = new Printer(this.#writer, this.#notes, settings.filter, settings.json);
    const drawn = source.size !== null && process.stderr.isTTY === true;
    this.#progress = drawn ? new Progress(process.stderr, source.size ?? 0, performance.now()) : null;
  }

  async toEnd(): Promise<number> {
    try {
      await this.#read();
    } catch (error) {
      if (!(error instanceof InputError) && !isSystemError(error)) throw error;
      this.#notes.add(
        error instanceof InputError ? error.message : `Reading failed at octet ${this.#readOctets}: ${error.message}.`,
        true,
      );
    }
    await this.#flush();
    this.#progress?.end();
    this.#notes.end();
    const { failure, closed } = this.#writer;
    if (failure !== null) process.stderr.write(`The output cannot be written: ${failure.message}.\n`);
    if (closed) return failure === null ? 0 : 1;
    return this.#notes.failed ? 1 : 0;
  }

  async #read(): Promise<void> {
    const packed = await readHead(this.#counted(), (head) => detectPacking(head, false) !== "more");
    const packing = detectPacking(packed.head, true);
    const { format: told } = this.#settings;
    const unpacked = await readHead(
      unpack(packed.chunks, packing === "more" ? "none" : packing),
      (head) => told !== null || detectFormat(head, false) !== "more",
    );
    const format = told ?? detectFormat(unpacked.head, true);
    const refusal = this.#refusal(format, unpacked.head);
    if (format === null || format === "more" || refusal !== null) {
      // When the head was cut short by a failure, that is the reason.
      for await (const _ of unpacked.chunks) break;
      this.#notes.add(refusal ?? "", true);
      return;
    }
    const reader = formatReader(format, this.#settings.session);
    try {
      for await (const chunk of unpacked.chunks) {
        await this.#print(reader.push(chunk));
        if (this.#writer.closed || reader.done) return;
      }
    } catch (error) {
      // What was begun cannot be finished any more, but what it was is worth a sentence.
      await this.#print(reader.end());
      throw error;
    }
    await this.#print(reader.end());
  }

  /** Why an input of this format is not read, or null. */
  #refusal(format: InputFormat | "more" | null, head: Uint8Array): string | null {
    if (format === null || format === "more") {
      if (head.length === 0) return "There is nothing in it.";
      return "Its format cannot be told; write --hex, --raw, --pcap or --mrt.";
    }
    const peerless = format === "hex" || format === "raw";
    if (!peerless || this.#settings.filter.peerAs.length === 0) return null;
    return `It is ${format} input, which names no peers; leave --peer-as out.`;
  }

  async #print(findings: Iterable<Finding>): Promise<void> {
    for (const finding of findings) {
      this.#printer.print(finding);
      if (this.#writer.full) await this.#flush();
      if (this.#writer.closed) return;
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (process.stdout.isTTY === true && !this.#writer.empty) this.#progress?.hide();
    await this.#writer.flush();
    this.#progress?.update(this.#readOctets, this.#printer.messages, performance.now());
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source.chunks) {
      this.#readOctets += chunk.length;
      yield chunk;
    }
  }
}

function formatReader(format: InputFormat, session: SessionOptions): FormatReader {
  switch (format) {
    case "hex":
      return new HexReader(codecContext(session));
    case "raw":
      return new RawReader(codecContext(session));
    case "pcap":
      return new CaptureReader(session);
    case "mrt":
      return new MrtReader(session);
    default:
      return format satisfies never;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
