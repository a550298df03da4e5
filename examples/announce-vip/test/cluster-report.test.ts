import { expect, test } from "vitest";
import { parseReport, verdictOf } from "../src/cluster-report.ts";

test.each([
  ['{"members":3,"alive":3,"leader":true}', "healthy", "it leads, 3 of 3 members answer"],
  ['{"members":3,"alive":2,"leader":false}', "degraded", "it follows, 2 of 3 members answer"],
  ['{"members":3,"alive":1,"leader":true}', "unhealthy", "no quorum: 1 of 3 members answer"],
  ['{"members":4,"alive":2,"leader":true}', "unhealthy", "no quorum: 2 of 4 members answer"],
])("%s is %s", (line, health, cause) => {
  expect(verdictOf(parseReport(line))).toEqual({ health, cause });
});

test.each(["", "[]", "null", "7", '{"members":3}', '{"members":"3","alive":2,"leader":true}'])(
  "%j is no report",
  (line) => {
    expect(() => parseReport(line)).toThrow();
  },
);
