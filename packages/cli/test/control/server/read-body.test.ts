import { describe, expect, test } from "vitest";
import { schemas } from "../../../src/control/resources/schemas.ts";
import { checkBody, parseBody } from "../../../src/control/server/read-body.ts";

const refused = (text: string | Buffer): unknown => {
  const parsed = parseBody(Buffer.from(text));
  return parsed.ok ? "ok" : parsed.problem.detail;
};

describe("parseBody", () => {
  test.each([
    ['{"state": "healthy", }', 'body:1:22: is not valid JSON, "}" cannot stand there; correct it there or before.'],
    ['{\n  "state": healthy }', 'body:2:12: is not valid JSON, "h" cannot stand there; correct it there or before.'],
    ['{"state":', "body:1:10: is not valid JSON, it ends too early; correct it there or before."],
  ])("says where %s is malformed", (text, detail) => {
    expect(refused(text)).toBe(detail);
  });

  test("refuses what is not UTF-8, and what is nested without end", () => {
    expect(refused(Buffer.from([0x22, 0xff, 0x22]))).toBe("The body is not UTF-8; send JSON in UTF-8.");
    const depth = 100_000;
    expect(refused("[".repeat(depth) + "]".repeat(depth))).toBe("The body is nested more than 64 deep; send less.");
  });
});

describe("checkBody", () => {
  const sentences = (body: unknown, name: "VipInput" | "HealthInput" | "ReloadInput" = "VipInput"): unknown => {
    const checked = checkBody(schemas[name], body);
    return checked.ok ? checked.value : checked.problem.problems?.map(({ sentence }) => sentence);
  };

  test("takes numbers and booleans as JSON has them, and times as the configuration does", () => {
    expect(sentences({ med: 10, bind: false, drain: "2s" })).toEqual({ med: 10, bind: false, drain: 2000 });
    expect(sentences({ state: "healthy", ttl: 10 }, "HealthInput")).toEqual({ state: "healthy", ttl: 10_000 });
  });

  test("names every mistake with its remedy", () => {
    expect(sentences({ mde: 10, drain: -1, communities: "65000:1", check: { tpc: "x" } })).toEqual([
      "communities 65000:1: is a list, each item on its own line after a dash; write communities: and the items below it.",
      "drain -1: is a time from 0s to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example 10s.",
      "check.tpc: is not a key of check; did you mean tcp.",
      "mde: is not a key of the request; did you mean med.",
    ]);
    expect(sentences({ ttl: "1y" }, "HealthInput")).toEqual([
      "state: is missing; write for example healthy.",
      "ttl 1y: is a time from 1ms to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example 10s.",
    ]);
    expect(sentences({ confirm: 0 }, "ReloadInput")).toHaveLength(1);
  });

  test("keys of the language are keys like any other, and lists are no mapping", () => {
    for (const key of ["__proto__", "constructor", "toString"]) {
      const body = JSON.parse(`{"${key}": {"polluted": true}}`) as unknown;
      expect(sentences(body)).toEqual([expect.stringContaining(`${key}: is not a key of the request`)]);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(sentences([1])).toHaveLength(1);
    expect(sentences("text")).toHaveLength(1);
  });
});
