import type { Finding } from "../finding.ts";
import { bodyFits, type Filter, mayFit, routeFits } from "./filter.ts";
import { linesOf } from "./lines.ts";
import type { Notes } from "./notes.ts";
import { bodyOf, jsonLine } from "./object.ts";
import type { LineWriter } from "./writer.ts";

/** Findings that fit the filter, as JSON or as lines for people. */
export class Printer {
  /** How many were found, printed or not. */
  messages = 0;
  readonly #writer: LineWriter;
  readonly #notes: Notes;
  readonly #filter: Filter;
  readonly #json: boolean;

  constructor(writer: LineWriter, notes: Notes, filter: Filter, json: boolean) {
    this.#writer = writer;
    this.#notes = notes;
    this.#filter = filter;
    this.#json = json;
  }

  print(finding: Finding): void {
    if (finding.kind === "note") {
      this.#notes.add(finding.sentence, finding.fault);
      return;
    }
    this.messages++;
    if (!mayFit(this.#filter, finding)) return;
    const { place } = finding;
    const body = bodyOf(finding);
    if (!bodyFits(this.#filter, body)) return;
    if (this.#json) this.#writer.write(jsonLine(place, body));
    else for (const line of linesOf(place, body, (route) => routeFits(this.#filter, route))) this.#writer.write(line);
  }
}
