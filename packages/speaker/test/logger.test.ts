import { expect, test } from "vitest";
import { steadyLogger } from "../src/logger.ts";
import { established } from "./support.ts";

test("a logger that throws costs its line, and nothing else", async () => {
  let lines = 0;
  const full = (): never => {
    lines++;
    throw new Error("ENOSPC");
  };
  const logger = { debug: full, info: full, warn: full, error: full };
  const { a, b } = await established({ speakerA: { logger }, speakerB: { logger } });
  expect([a.snapshot().state, b.snapshot().state]).toEqual(["Established", "Established"]);
  expect(lines).toBeGreaterThan(0);
});

test("lines reach the logger as they are, and without one nothing happens", () => {
  const lines: unknown[] = [];
  const note = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message]);
  const logger = steadyLogger({ debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") });
  logger.debug({}, "a");
  logger.info({ b: 1 }, "b");
  logger.warn({}, "c");
  logger.error({}, "d");
  expect(lines).toEqual([
    ["debug", {}, "a"],
    ["info", { b: 1 }, "b"],
    ["warn", {}, "c"],
    ["error", {}, "d"],
  ]);
  expect(() => steadyLogger().error({}, "unheard")).not.toThrow();
});
