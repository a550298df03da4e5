import { cellsOf, clipped, safeText } from "./safe-text.ts";
import type { Terminal, Tone } from "./terminal.ts";
import { toned } from "./terminal.ts";

/** One cell: text from anywhere, and what it says at a glance. */
export type Cell = string | { readonly text: string; readonly tone?: Tone | undefined };

/** One column of a table of `Row`s. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => Cell;
  readonly align?: "left" | "right";
  /** On a narrow terminal it is cut down to so many cells; absent: never. */
  readonly least?: number;
  /** On a terminal that is narrower still it is left out, the highest number first; absent: never. */
  readonly expendable?: number;
}

interface Measured {
  readonly column: Column<never>;
  readonly cells: readonly { readonly text: string; readonly tone: Tone | undefined }[];
  width: number;
}

const gap = 2;

/**
 * Rows in columns, with a heading. On a terminal no line is longer than it is wide: columns that may are cut down, the widest first, and those that can be
 * missed are left out. Elsewhere everything is there in full. Ends with a newline.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], terminal: Terminal): string {
  const measured = columns
    .map((column): Measured => {
      const cells = rows.map((row) => {
        const cell = column.cell(row);
        const { text, tone } =
          typeof cell === "string" ? { text: cell, tone: undefined } : { tone: undefined, ...cell };
        return { text: safeText(text), tone };
      });
      const width = Math.max(cellsOf(column.head), ...cells.map(({ text }) => cellsOf(text)));
      return { column: column as Column<never>, cells, width };
    })
    // What is empty in every row is not worth a column.
    .filter(
      ({ cells, column }) =>
        rows.length === 0 || column.expendable === undefined || cells.some(({ text }) => text !== ""),
    );
  const shown = terminal.width === null ? measured : fitted(measured, terminal.width);
  const lines = [shown.map(({ column, width }) => padded(column.head, width, column, "dim", terminal))];
  for (const index of rows.keys())
    lines.push(
      shown.map(({ column, cells, width }) => {
        const { text, tone } = cells[index]!;
        return padded(clipped(text, width), width, column, tone, terminal);
      }),
    );
  return lines.map((cells) => `${cells.join(" ".repeat(gap)).trimEnd()}\n`).join("");
}

function padded(
  text: string,
  width: number,
  column: Column<never>,
  tone: Tone | undefined,
  terminal: Terminal,
): string {
  const space = " ".repeat(Math.max(0, width - cellsOf(text)));
  const shown = toned(text, tone, terminal);
  return column.align === "right" ? `${space}${shown}` : `${shown}${space}`;
}

function fitted(columns: readonly Measured[], width: number): readonly Measured[] {
  const kept = [...columns];
  const excess = (): number => kept.reduce((sum, column) => sum + column.width + gap, -gap) - width;
  const leastOf = ({ column: { least, head }, width: natural }: Measured): number =>
    least === undefined ? natural : Math.min(natural, Math.max(least, cellsOf(head)));
  const unavoidable = (): number => kept.reduce((sum, column) => sum + leastOf(column) + gap, -gap) - width;
  while (unavoidable() > 0) {
    const expendable = kept.filter(({ column }) => column.expendable !== undefined);
    if (expendable.length === 0) break;
    const first = expendable.reduce((a, b) => (b.column.expendable! > a.column.expendable! ? b : a));
    kept.splice(kept.indexOf(first), 1);
  }
  for (let left = excess(); left > 0; left = excess()) {
    const shrinkable = kept.filter((column) => column.width > leastOf(column));
    if (shrinkable.length === 0) break;
    const widest = shrinkable.reduce((a, b) => (b.width > a.width ? b : a));
    const next = Math.max(
      0,
      ...shrinkable.filter(({ width: other }) => other < widest.width).map((other) => other.width),
    );
    widest.width = Math.max(leastOf(widest), widest.width - left, Math.min(next, widest.width - 1));
  }
  return kept;
}
