import { expect, test } from "vitest";
import { isoTime } from "../../src/decode/time.ts";

test.each([
  [0, 0, "1970-01-01T00:00:00.000Z"],
  [1_700_000_000, 120_000_000, "2023-11-14T22:13:20.120Z"],
  [1_700_000_000, 120_001_000, "2023-11-14T22:13:20.120001Z"],
  [1_700_000_000, 1, "2023-11-14T22:13:20.000000001Z"],
  [4_294_967_295, 0, "2106-02-07T06:28:15.000Z"],
  [253_402_300_800, 0, "253402300800s"],
  [-1, 0, "-1s"],
])("writes %i s and %i ns as %s", (seconds, nanoseconds, text) => {
  expect(isoTime(seconds, nanoseconds)).toBe(text);
});
