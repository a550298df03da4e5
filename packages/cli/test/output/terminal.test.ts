import { expect, test } from "vitest";
import { terminalOf } from "../../src/output/terminal.ts";

test.each([
  [{ isTTY: true, columns: 120 }, {}, { width: 120, colour: true }],
  [{ isTTY: true, columns: 120 }, { NO_COLOR: "1" }, { width: 120, colour: false }],
  [{ isTTY: true, columns: 120 }, { NO_COLOR: "" }, { width: 120, colour: true }],
  [{ isTTY: true, columns: 120 }, { TERM: "dumb" }, { width: 120, colour: false }],
  [{ isTTY: true }, {}, { width: 80, colour: true }],
  [{ columns: 120 }, { TERM: "xterm" }, { width: null, colour: false }],
])("%j with %j is %j", (stream, environment, terminal) => {
  expect(terminalOf(stream, environment)).toEqual(terminal);
});
