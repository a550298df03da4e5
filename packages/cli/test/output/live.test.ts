import { expect, test } from "vitest";
import { live, overwriting } from "../../src/output/live.ts";
import type { Terminal } from "../../src/output/terminal.ts";

async function watched(terminal: Terminal, pictures: readonly string[]): Promise<string> {
  const ending = new AbortController();
  let written = "";
  let drawn = 0;
  await live({
    terminal: () => terminal,
    write: (text) => {
      written += text;
    },
    draw: async () => {
      const picture = pictures[drawn++]!;
      if (drawn === pictures.length) setImmediate(() => ending.abort());
      return picture;
    },
    intervalMs: 1,
    signal: ending.signal,
  });
  return written;
}

test("a terminal is drawn over, without clearing it first, and gets its cursor back", async () => {
  const written = await watched({ width: 80, colour: false }, ["a\nb\n", "c\n"]);
  expect(written).toBe(
    "\u001b[?25l\u001b[H\u001b[Ja\u001b[K\nb\u001b[K\n\u001b[J\u001b[Hc\u001b[K\n\u001b[J\u001b[?25h",
  );
});

test("elsewhere a picture is written when it differs from the last", async () => {
  expect(await watched({ width: null, colour: false }, ["a\n", "a\n", "b\n", "b\n"])).toBe("a\n\nb\n");
});

test("what does not fit is left out, whole lines at a time, and nothing scrolls", () => {
  const lines = (picture: string, width: number, rows: number): string[] =>
    overwriting(picture, width, rows).replaceAll("\u001b[K", "").replace("\u001b[J", "").trimEnd().split("\n");
  expect(lines("a\nb\nc\n", 10, 4)).toEqual(["a", "b", "c"]);
  expect(lines("a\nb\nc\nd\n", 10, 4)).toEqual(["a", "b", "… 2 more lines"]);
  expect(lines(`a\n\u001b[31m${"b".repeat(11)}\u001b[0m\nc\n`, 10, 4)).toEqual(["a", "… 2 more lines"]);
});
