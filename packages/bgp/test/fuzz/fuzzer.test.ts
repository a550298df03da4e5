import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/bytes/hex.ts";
import { fixtures } from "../fixtures/fixtures.ts";
import { type Finding, Fuzzer, findingText, slowMs } from "./fuzzer.ts";
import { contextOf, inputOf } from "./input.ts";
import { Random } from "./random.ts";
import { Broken, execute } from "./target.ts";

const seeds = fixtures().map(({ bytes, context }) => inputOf(bytes, context));

function fuzzer(run: (input: Uint8Array) => readonly string[], clock: () => number = () => 0, seed = 1): Fuzzer {
  const made = new Fuzzer({ execute: run, random: new Random(seed), clock });
  for (const input of seeds) made.seed(input);
  return made;
}

describe("the fuzzer", () => {
  it("finds nothing in the codec within some hundred mutants of the fixtures", () => {
    const made = fuzzer(execute);
    made.round(800);
    expect(made.findings).toEqual([]);
    expect(made.executions).toBe(800 + seeds.length);
    expect(made.corpus.length).toBeGreaterThan(100);
    expect(made.features).toBeGreaterThan(200);
  });

  it("makes the same inputs again from the same seed, and others from another", () => {
    const inputs = (seed: number): string[] => {
      const ran: string[] = [];
      const made = fuzzer(
        (input) => {
          ran.push(toHex(input));
          return [];
        },
        undefined,
        seed,
      );
      made.corpus.push(...seeds);
      made.round(50);
      return ran;
    };
    expect(inputs(7)).toEqual(inputs(7));
    expect(inputs(7)).not.toEqual(inputs(8));
  });

  it("reports a fault once, with as few octets as it needs, and how to see it again", () => {
    const faulty = (input: Uint8Array): readonly string[] => {
      if (input.includes(0x63)) throw new TypeError("a fault at octet 99");
      return [`octets ${input.length}`];
    };
    const made = fuzzer(faulty);
    made.round(500);
    const [finding] = made.findings as [Finding];
    expect(made.findings).toHaveLength(1);
    expect(finding.input.length).toBeLessThan(8);
    const text = findingText(finding);
    expect(text).toContain("TypeError: a fault at octet 99");
    const hex = text.split("\n").find((line) => /^[0-9a-f]+$/.test(line));
    expect(() => faulty(fromHex(hex!)!)).toThrow("octet 99");
    expect(text).toContain(`--replay ${hex}`);
  });

  it("reports a broken promise by its name", () => {
    const made = fuzzer(() => {
      throw new Broken("what goes in comes out", "1 instead of 2");
    });
    expect(made.findings.map(({ kind }) => kind)).toEqual(["what goes in comes out"]);
  });

  it("reports an input that is slow each time, and none that was slow by accident", () => {
    let now = 0;
    let accident = 1000;
    const made = fuzzer(
      (input) => {
        now += input.includes(0x63) ? slowMs + 1 : accident;
        accident = 0;
        return [];
      },
      () => now,
    );
    expect(made.findings.map(({ kind }) => kind)).toEqual(["slow"]);
    expect(made.findings[0]!.input.includes(0x63)).toBe(true);
  });

  it("keeps what leads to new features, and tells of it", () => {
    const kept: Uint8Array[] = [];
    const made = new Fuzzer({
      execute: (input) => [`first octet ${input[1]}`],
      random: new Random(3),
      clock: () => 0,
      kept: (input) => {
        kept.push(input);
      },
    });
    made.seed(Uint8Array.of(0, 0));
    made.round(1000);
    expect(made.corpus.length).toBe(made.features);
    expect(kept).toEqual(made.corpus.slice(1));
    expect(made.features).toBeGreaterThan(50);
  });
});

it("an input's first octet holds what a fixture says of its session", () => {
  for (const { bytes, context } of fixtures()) {
    const read = contextOf(inputOf(bytes, context)[0]!);
    expect([read.fourOctetAs, read.internal, read.addPathReceive.length > 0, read.maxMessageLength]).toEqual([
      context.fourOctetAs,
      context.internal,
      context.addPathReceive.length > 0,
      context.maxMessageLength,
    ]);
  }
});
