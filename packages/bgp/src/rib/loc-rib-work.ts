import type { Family } from "../iana/afi-safi.ts";
import type { LocRibTable } from "./loc-rib-table.ts";

/** Something to be done to every destination of a Loc-RIB. */
interface Task {
  /** Whose routes go; null: everything is decided again. */
  readonly source: number | null;
  /** The families still to be gone through, the current one first. */
  readonly families: Family[];
  /** Where the current one goes on. */
  row: number;
}

/** What is still to be done on a Loc-RIB, a bounded number of destinations at a time, in the order in which it was asked for. */
export class LocRibWork {
  #tasks: Task[] = [];

  get isDone(): boolean {
    return this.#tasks.length === 0;
  }

  /** Asked again, it begins again. */
  add(source: number | null, families: Iterable<Family>): void {
    this.#tasks = this.#tasks.filter((task) => task.source !== source);
    this.#tasks.push({ source, families: [...families], row: 0 });
  }

  /** Looks at `budget` rows at most. What it has touched is still to be decided. */
  step(budget: number, tables: ReadonlyMap<Family, LocRibTable>): void {
    let left = budget;
    for (let task = this.#tasks[0]; task !== undefined && left > 0; task = this.#tasks[0]) {
      const family = task.families[0];
      const table = family === undefined ? undefined : tables.get(family);
      const rows = Math.min(left, (table?.destinations.rows ?? 0) - task.row);
      if (table !== undefined && rows > 0) {
        const end = task.row + rows;
        if (task.source === null) table.touch(task.row, end);
        else table.withdrawAll(task.source, task.row, end);
        task.row = end;
        left -= rows;
        if (end < table.destinations.rows) return;
      }
      task.families.shift();
      task.row = 0;
      if (task.families.length === 0) this.#tasks.shift();
    }
  }
}
