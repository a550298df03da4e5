import type { Sandbox } from "../sandbox/sandbox.ts";
import type { NextHop } from "./router.ts";

/** A route as `ip -json route show` prints it, as far as it is read here. */
interface PrintedRoute {
  readonly dst?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly dev?: string;
  readonly weight?: number;
  readonly nexthops?: readonly PrintedRoute[];
}

/** Reads the output of `ip -json route show PREFIX`; next hops are sorted by address. Text that is not JSON means no route. */
export function parseKernelRoutes(text: string): readonly NextHop[] {
  return nextHopsOf(printedRoutes(text));
}

/**
 * Reads a whole table: `ip -json route show`. Next hops by destination, as `ip` prints it: a host route without its length. Text that is not
 * JSON means no route.
 */
export function parseKernelTable(text: string): ReadonlyMap<string, readonly NextHop[]> {
  const byDestination = new Map<string, PrintedRoute[]>();
  for (const route of printedRoutes(text)) {
    const { dst = "" } = route;
    byDestination.set(dst, [...(byDestination.get(dst) ?? []), route]);
  }
  return new Map([...byDestination].map(([destination, routes]) => [destination, nextHopsOf(routes)]));
}

function printedRoutes(text: string): readonly PrintedRoute[] {
  return text.trimStart().startsWith("[") ? (JSON.parse(text) as readonly PrintedRoute[]) : [];
}

function nextHopsOf(routes: readonly PrintedRoute[]): readonly NextHop[] {
  return routes
    .flatMap((route) => route.nexthops ?? [route])
    .map((hop) => ({ via: hop.gateway ?? hop.via?.host ?? "", device: hop.dev ?? "", weight: hop.weight ?? 1 }))
    .filter((hop) => hop.via !== "")
    .sort((a, b) => (a.via < b.via ? -1 : a.via > b.via ? 1 : 0));
}

/** The next hops of one prefix in the main table of a host's kernel. */
export async function kernelNextHops(sandbox: Sandbox, host: string, prefix: string): Promise<readonly NextHop[]> {
  const family = prefix.includes(":") ? "-6" : "-4";
  const argv = ["ip", family, "-json", "route", "show", "exact", prefix];
  const { stdout } = await sandbox.exec(host, argv, { allowFailure: true });
  return parseKernelRoutes(stdout);
}
