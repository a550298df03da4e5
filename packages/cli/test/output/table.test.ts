import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf } from "../../src/output/safe-text.ts";
import { type Column, table } from "../../src/output/table.ts";

interface Row {
  readonly name: string;
  readonly count: number;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "COUNT", cell: ({ count }) => String(count), align: "right", expendable: 1 },
  { head: "NOTE", cell: ({ note }) => ({ text: note, tone: "bad" }), least: 8 },
];

const rows: readonly Row[] = [
  { name: "192.0.2.10/32", count: 3, note: "connect ECONNREFUSED 127.0.0.1:6443" },
  { name: "2001:db8::10/128", count: 12, note: "" },
];

const plain = (width: number | null): { width: number | null; colour: boolean } => ({ width, colour: false });

test("nothing is cut where nobody looks on", () => {
  expect(table(columns, rows, plain(null))).toBe(
    `NAME              COUNT  NOTE
192.0.2.10/32         3  connect ECONNREFUSED 127.0.0.1:6443
2001:db8::10/128     12
`,
  );
});

test("on a narrow terminal columns that may are cut down, then those that can be missed are left out", () => {
  expect(table(columns, rows, plain(40))).toBe(
    `NAME              COUNT  NOTE
192.0.2.10/32         3  connect ECONNR…
2001:db8::10/128     12
`,
  );
  expect(table(columns, rows, plain(28))).toBe(
    `NAME              NOTE
192.0.2.10/32     connect E…
2001:db8::10/128
`,
  );
});

test("no line is wider than the terminal", () => {
  const row = fc.record({
    name: fc.string({ maxLength: 12 }),
    count: fc.nat(),
    note: fc.string({ unit: "binary", maxLength: 60 }),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 70, max: 120 }), (some, width) => {
      for (const line of table(columns, some, plain(width)).split("\n"))
        expect(cellsOf(line)).toBeLessThanOrEqual(width);
    }),
    { numRuns: 200 },
  );
});

test("colour stands around the text alone, and only where it is wanted", () => {
  const coloured = table(columns, rows.slice(0, 1), { width: null, colour: true });
  expect(coloured).toContain("\u001b[31mconnect ECONNREFUSED 127.0.0.1:6443\u001b[0m\n");
  expect(table(columns, rows, plain(null))).not.toContain("\u001b");
});

test("what a peer wrote cannot act on the terminal", () => {
  const evil = [{ name: "\u001b]0;owned\u0007", count: 1, note: "a\nb\u202ec" }];
  expect(table(columns, evil, { width: 100, colour: true })).toContain("\\x1b]0;owned\\x07");
  expect(table(columns, evil, plain(100)).split("\n")[1]).toContain("a\\x0ab\\u202ec");
});
