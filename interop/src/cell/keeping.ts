import { sleep } from "@vipcast/lab";
import { familyOfPrefix } from "../daemons/driver.ts";
import type { Cell } from "./cell.ts";

/** Whether the daemon has a route to the prefix. */
export async function has(cell: Cell, prefix: string): Promise<boolean> {
  const routes = await cell.daemon.received(familyOfPrefix(prefix));
  return routes.some((route) => route.prefix === prefix);
}

/** The daemon keeps these over so long a time. */
export async function keeps(cell: Cell, prefixes: readonly string[], forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  do {
    for (const prefix of prefixes)
      if (!(await has(cell, prefix))) throw new Error(`${cell.daemon.driver.title} has dropped ${prefix}`);
    await sleep(100);
  } while (performance.now() < end);
}

/** The daemon has noticed that the session is over, and would take a new one. */
export async function sessionEnded(cell: Cell): Promise<void> {
  await cell.eventually("the daemon notices the end", async () => {
    const [first] = await cell.daemon.sessions();
    return first?.state === "established" ? null : true;
  });
  await sleep(cell.daemon.driver.backAfterMs ?? 0);
}
