import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { Writer } from "../../src/bytes/writer.ts";
import { type CodecContext, defaultCodecContext } from "../../src/codec/context.ts";
import { toJSON } from "../../src/codec/json.ts";
import { decodeMessage, encodeMessage, MessageType } from "../../src/codec/message.ts";
import { nlriSpecs } from "../../src/codec/nlri/table.ts";
import { Outcome } from "../../src/codec/outcome.ts";
import { canBeSent, reencode } from "./reencode.ts";
import { disagreement } from "./vector-disagreements.ts";
import { comparable, type Info, meaning } from "./vector-meaning.ts";

// Messages that others wrote, with the verdict of an independent checker. They are not part of the project: the test reads
// them where they are, and says how many it ran.
const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const folder = join(process.env.VIPCAST_FIXTURES ?? join(root, "../shared/fixtures"), "vectors");
const available = existsSync(folder);

interface Vector {
  readonly id: string;
  readonly hex: string;
  readonly ctx?: {
    readonly as4?: boolean;
    readonly addpath?: boolean;
    readonly peer?: string;
    readonly addpath_opts?: object;
  };
  readonly check: { readonly status: string; readonly issues?: readonly string[]; readonly info?: Info };
}

const everyFamily = nlriSpecs.map(({ family }) => family);

function readVectors(file: string): Vector[] {
  const lines = gunzipSync(readFileSync(join(folder, file)))
    .toString()
    .split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Vector);
}

function contextOf({ ctx }: Vector): CodecContext {
  return {
    ...defaultCodecContext,
    fourOctetAs: ctx?.as4 !== false,
    // Where the source does not say who the peer is, attributes of internal peers are no fault.
    internal: ctx?.peer !== "ebgp",
    addPathReceive: ctx?.addpath === true || ctx?.addpath_opts !== undefined ? everyFamily : [],
  };
}

/** The checker's word for what our decoder says. */
function verdict(bytes: Uint8Array, context: CodecContext): { status: string; rules: string[] } {
  const message = decodeMessage(bytes, 0, bytes.length, context);
  if (message.type === MessageType.Malformed) {
    return { status: "session-reset", rules: message.problems.map(({ rule }) => rule) };
  }
  if (message.type !== MessageType.Update) return { status: "ok", rules: [] };
  const names = {
    [Outcome.Ok]: "ok",
    [Outcome.AttributeDiscard]: "attr-discard",
    [Outcome.TreatAsWithdraw]: "treat-as-withdraw",
    [Outcome.AfiSafiDisable]: "afi-safi-disable",
    [Outcome.SessionReset]: "session-reset",
  };
  return {
    status: names[message.outcome],
    rules: message.problems.map(({ attribute, rule }) => `${attribute}:${rule}`),
  };
}

it.skipIf(!available)(
  available ? "the folder of public vectors is not empty" : `public vectors: skipped, there is no folder ${folder}`,
  () => {
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  },
);

describe.skipIf(!available)("public vectors", () => {
  const files = available ? readdirSync(folder).filter((name) => name.endsWith(".jsonl.gz")) : [];

  it.each(files)("%s: every outcome is the checker's, or the RFC decides otherwise", (file) => {
    const vectors = readVectors(file);
    const reasons = new Map<string, number>();
    const unexplained: string[] = [];
    let agreed = 0;
    for (const vector of vectors) {
      const bytes = fromHex(vector.hex)!;
      const { status, rules } = verdict(bytes, contextOf(vector));
      // What the checker calls framing is a header whose length is not that of the octets: for a decoder, an error like others.
      const expected = vector.check.status === "framing" ? "session-reset" : vector.check.status;
      if (status === expected) {
        agreed++;
        continue;
      }
      const reason = disagreement({
        issues: vector.check.issues ?? [],
        told: vector.ctx !== undefined,
        expected,
        status,
        rules,
      });
      if (reason === null) unexplained.push(`${vector.id}: ${expected} here ${status} ${rules.join(" ")}`);
      else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    const listed = [...reasons].map(([reason, count]) => `\n    ${count} × ${reason}`).join("");
    process.stdout.write(`  ${file}: ${vectors.length} vectors ran, ${agreed} agreed${listed}\n`);
    expect(unexplained).toEqual([]);
    expect(vectors.length).toBeGreaterThan(0);
  });

  it.each(files)("%s: messages without fault mean what the checker read in them", (file) => {
    let compared = 0;
    for (const vector of readVectors(file)) {
      const { info, status } = vector.check;
      const bytes = fromHex(vector.hex)!;
      // The checker guesses what it was not told; only where its guess was the plain case can the readings be compared.
      if (info === undefined || status !== "ok" || info.addpath_guessed === true) continue;
      const message = decodeMessage(bytes, 0, bytes.length, contextOf(vector));
      if (message.type === MessageType.Update && message.outcome !== Outcome.Ok) continue;
      const read = meaning(message, info);
      if (read === null) continue;
      expect({ id: vector.id, ...read }).toEqual({ id: vector.id, ...comparable(message, info) });
      compared++;
    }
    process.stdout.write(`  ${file}: ${compared} readings compared\n`);
  });

  it.each(files)("%s: messages without fault mean the same after our encoder", (file) => {
    let same = 0;
    let rewritten = 0;
    for (const vector of readVectors(file)) {
      const bytes = fromHex(vector.hex)!;
      const received = contextOf(vector);
      const context = { ...received, addPathSend: received.addPathReceive, extendedNextHop: everyFamily };
      const message = decodeMessage(bytes, 0, bytes.length, { ...context, maxMessageLength: 65535 });
      if (!canBeSent(message)) continue;
      const again = reencode(message, { ...context, maxMessageLength: 65535 });
      if (toHex(again) === vector.hex) same++;
      else rewritten++;
      const { length: _, ...before } = toJSON(message);
      const { length: __, ...after } = toJSON(decodeMessage(again, 0, again.length, context));
      expect({ id: vector.id, ...after }).toEqual({ id: vector.id, ...before });
    }
    process.stdout.write(`  ${file}: ${same} written as received, ${rewritten} in our own form\n`);
  });

  it.each(files)("%s: every UPDATE whose routes are used can be given back, and means the same", (file) => {
    let same = 0;
    let rewritten = 0;
    for (const vector of readVectors(file)) {
      const bytes = fromHex(vector.hex)!;
      const received = contextOf(vector);
      const context = { ...received, addPathSend: received.addPathReceive, maxMessageLength: 65535 };
      const message = decodeMessage(bytes, 0, bytes.length, context);
      if (message.type !== MessageType.Update || message.outcome > Outcome.AttributeDiscard) continue;
      const w = new Writer();
      encodeMessage(w, message, context);
      const again = w.slice();
      if (toHex(again) === vector.hex) same++;
      else rewritten++;
      const { length: _, outcome: __, problems: ___, ...before } = toJSON(message);
      const { length: ____, outcome, problems, ...after } = toJSON(decodeMessage(again, 0, again.length, context));
      expect({ id: vector.id, ...after }).toEqual({ id: vector.id, ...before });
      expect([vector.id, outcome, problems]).toEqual([vector.id, "ok", []]);
    }
    process.stdout.write(`  ${file}: ${same} UPDATEs given back as received, ${rewritten} in canonical order\n`);
  });

  it.each(files)("%s: every message can be shown, whatever the session had negotiated", (file) => {
    for (const { hex } of readVectors(file)) {
      const bytes = fromHex(hex)!;
      for (const fourOctetAs of [true, false]) {
        for (const addPathReceive of [[], everyFamily]) {
          const context = { ...defaultCodecContext, fourOctetAs, addPathReceive };
          expect(() => JSON.stringify(toJSON(decodeMessage(bytes, 0, bytes.length, context)))).not.toThrow();
        }
      }
    }
  });
});
