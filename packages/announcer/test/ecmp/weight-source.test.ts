import { describe, expect, test } from "vitest";
import { noReading, parseWeightSource, readWeight, type WeightAnswer } from "../../src/ecmp/weight-source.ts";

describe("a source of weights", () => {
  test.each([
    ["exec:/usr/local/bin/rate --of 'eth 0'", { kind: "exec", file: "/usr/local/bin/rate", args: ["--of", "eth 0"] }],
    ["https://127.0.0.1:8443/weight", { kind: "http", url: "https://127.0.0.1:8443/weight", redirects: 0 }],
    ["file:/run/vipcast/weight", { kind: "file", path: "/run/vipcast/weight" }],
  ])("%s is read", (text, from) => {
    expect(parseWeightSource(text)).toMatchObject({ ok: true, value: { from } });
  });

  test.each(["", "10G", "exec:", "exec:'open", "file:relative", "file:/", "file:/a/", "ftp://h/", "http://u:p@h/"])(
    "%j is none",
    (text) => {
      expect(parseWeightSource(text).ok).toBe(false);
    },
  );
});

describe("readWeight", () => {
  const bad: WeightAnswer = { ok: false, cause: "ECONNREFUSED" };
  const after = (...answers: readonly WeightAnswer[]): { weight: number | null; said: string[] } => {
    let reading = noReading;
    const said: string[] = [];
    for (const answer of answers) {
      const step = readWeight(reading, answer);
      reading = step.reading;
      if (step.news !== null) said.push(`${step.news.kind}: ${step.news.cause}`);
    }
    return { weight: reading.weight, said };
  };

  test("takes the first line", () => {
    expect(after({ ok: true, text: "\n 2.5G \r\nmore\n" })).toEqual({ weight: 2.5e9, said: [] });
  });

  test("lets the last answer hold for two failures, then the intent's count, and says each once", () => {
    const good: WeightAnswer = { ok: true, text: "1G" };
    expect(after(good, bad, bad)).toEqual({ weight: 1e9, said: [] });
    expect(after(good, bad, bad, good, bad, bad)).toEqual({ weight: 1e9, said: [] });
    expect(after(good, bad, bad, bad, bad, bad)).toEqual({ weight: null, said: ["failing: ECONNREFUSED"] });
    expect(after(bad, bad, bad, bad, good, good)).toEqual({
      weight: 1e9,
      said: ["failing: ECONNREFUSED", "recovered: 1G"],
    });
  });

  test("takes what is no weight for a failure", () => {
    const wrong = ["", "0", "-1", "NaN", "Infinity", "10G please", "9".repeat(10_000)];
    for (const text of wrong)
      expect(after(...Array<WeightAnswer>(3).fill({ ok: true, text }))).toMatchObject({
        weight: null,
        said: [expect.stringContaining("is not a weight: write bits per second")],
      });
  });
});
