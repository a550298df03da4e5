// Columns of flat tables: typed arrays with a place for each row, which grow with the table.

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Above this size what is copied when a column grows takes longer than the rest of the work. */
const large = 16_384;

/**
 * How long a column is at first. `order` is different for those that are filled together, up to 15: they grow one after the other then, at sizes
 * that lie far apart when they are large. A million routes have some fifteen of them, and all at once were a turn of the event loop of 50 ms.
 */
export function firstLength(order: number): number {
  return 16 + order;
}

/**
 * The column, or a longer copy of it where it does not reach to `index` yet. Memory that was never written to is none on the systems that Node
 * runs on, so a large column is generous with it and copied seldom.
 */
export function reaching<T extends Column>(column: T, index: number): T {
  const { length } = column;
  if (index < length) return column;
  const longer = new (column.constructor as new (length: number) => T)(
    Math.max(index + 1, length < large ? length * 2 : length * 4),
  );
  longer.set(column);
  return longer;
}
