import { BEST_PREFERENCE, PEER, PLACES, PREFIXES, unbinds } from "./acts.ts";
import type { History } from "./history.ts";
import { WORST_MED } from "./promises.ts";

/** What is not as wanted, once everything had time. */
export function differences(history: History): string[] {
  const found = PREFIXES.flatMap((prefix) => differencesOf(history, prefix));
  if (!history.world.host.has("127.0.0.1/8")) found.push("127.0.0.1/8 is gone");
  return [...found, ...history.drains.differences()];
}

function differencesOf(history: History, prefix: string): string[] {
  const { host, routes, ledger } = history.world;
  const found: string[] = [];
  const given = history.wanted(prefix);
  const mayServe = given !== undefined && !history.drains.has(prefix) && !history.promises.contradicted(prefix);
  const health = given === undefined ? "healthy" : history.health.settled(prefix, given.check);
  const check = (what: string, is: boolean, should: boolean): void => {
    if (is !== should) found.push(`${prefix} is ${is ? "" : "not "}${what}`);
  };
  const announced = mayServe && (health === "healthy" || health === "degraded");
  // Of one whose new check has said nothing, the earlier verdict stands.
  const isOpen = mayServe && health === null;
  if (!isOpen) for (const [peer, rib] of routes.rib) check(`announced to ${peer}`, rib.has(prefix), announced);
  for (const name of PLACES) {
    const foreign = host.has(prefix, name) && !host.isOurs(prefix, name);
    const taken = health === "unhealthy" && given !== undefined && unbinds(given);
    const ours = mayServe && given.name === name && !foreign && !taken;
    if (isOpen && unbinds(given)) continue;
    check(`bound by us on ${name}`, host.isOurs(prefix, name), ours);
    check(`in the ledger with ${name}`, ledger.entries.has(`${prefix} ${name}`), ours);
  }
  if (!announced) return found;
  const steps = BEST_PREFERENCE - given.preference;
  const { med, prepend = 0 } = routes.attributes(prefix, PEER) ?? {};
  const right = health === "degraded" ? med === WORST_MED : med === given.med + 100 * steps && prepend === steps;
  if (!right) found.push(`${prefix} is announced with other attributes: MED ${med}, ${prepend} times more`);
  return found;
}
