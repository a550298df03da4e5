import { formatPrefix, Outcome, toHex, type UpdateMessage } from "@vipcast/bgp";
import type { Clock, Logger } from "../options.ts";

/** Lines about malformed UPDATEs in one minute; the rest is counted, for a peer that sends one sends thousands. */
const linesPerMinute = 10;
const minuteMs = 60_000;

/** Rules and prefixes that a line names. */
const maxNamed = 10;

/**
 * Logs the UPDATEs that RFC 7606 repairs, which nobody would see otherwise. RFC 7606 §6 asks for "the NLRI involved" and
 * "the entire malformed UPDATE message"; of that message its attributes, where all such errors are, and its first prefixes.
 */
export class MalformedLog {
  readonly #peer: string;
  readonly #environment: { readonly clock: Clock; readonly logger: Logger };
  #minuteStart = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #suppressed = 0;

  constructor(peer: string, environment: { readonly clock: Clock; readonly logger: Logger }) {
    this.#peer = peer;
    this.#environment = environment;
  }

  note(message: UpdateMessage): void {
    // Dropped by the rules, and no error of the peer's (RFC 6793 §4.1).
    if (message.outcome === Outcome.Ok) return;
    const { clock, logger } = this.#environment;
    const now = clock.now();
    if (now - this.#minuteStart >= minuteMs) {
      const count = this.#suppressed;
      if (count > 0) logger.warn({ peer: this.#peer, count }, `${count} more malformed UPDATEs were repaired`);
      this.#minuteStart = now;
      this.#lines = 0;
      this.#suppressed = 0;
    }
    if (this.#lines === linesPerMinute) {
      this.#suppressed++;
      return;
    }
    this.#lines++;
    const { attributes, problems, outcome } = message;
    const consequence =
      outcome === Outcome.AttributeDiscard ? "attributes were dropped" : "its routes are treated as withdrawn";
    const first = problems.reduce((gravest, problem) => (problem.outcome > gravest.outcome ? problem : gravest));
    const fields = {
      peer: this.#peer,
      problems: problems.slice(0, maxNamed),
      prefixes: prefixesOf(message),
      attributes: toHex(attributes.bytes.subarray(attributes.start, attributes.end)),
    };
    logger.warn(fields, `malformed UPDATE, ${consequence}: attribute ${first.attribute}, ${first.rule}, ${first.rfc}`);
  }
}

function prefixesOf({ nlri, attributes }: UpdateMessage): readonly string[] {
  const prefixes: string[] = [];
  for (const field of [nlri, attributes.mpReach?.nlri]) {
    for (const prefix of field?.materialise() ?? []) {
      if (prefixes.length === maxNamed) return prefixes;
      prefixes.push(formatPrefix(prefix));
    }
  }
  return prefixes;
}
