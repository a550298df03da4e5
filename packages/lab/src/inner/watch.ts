/**
 * What the kernel of this namespace does, seen through iproute2: on purpose not through vipcast's own netlink code, so that a
 * fault there cannot hide itself.
 */
import { execFile, spawn } from "node:child_process";
import { parseKernelTable } from "../router/kernel-routes.ts";
import { LineSplitter } from "../sandbox/json-lines.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { addressOf } from "../topology/plan.ts";

/** Runs `ip monitor …` and calls back for each of its lines. */
function monitor(objects: readonly string[], onLine: (line: string) => void): void {
  // It ends with this process, however that ends.
  const argv = ["--pdeathsig", "KILL", "ip", "-oneline", "monitor", ...objects];
  const child = spawn("setpriv", argv, { stdio: ["ignore", "pipe", "ignore"] });
  const lines = new LineSplitter(onLine);
  child.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
}

/** The address and its fate in a line of `ip -oneline monitor address`, or null when the line is about something else. */
export function parseAddressLine(line: string): { readonly address: string; readonly bound: boolean } | null {
  const match = line.match(/\sinet6?\s+([0-9a-fA-F.:]+)(?:\/\d+)?\s/);
  if (match === null) return null;
  return { address: match[1] ?? "", bound: !line.startsWith("Deleted ") };
}

/** Reports every coming and going of the VIPs' addresses. */
export function watchAddresses(
  vips: readonly string[],
  report: (change: {
    readonly kind: "address";
    readonly vip: string;
    readonly bound: boolean;
    readonly at: number;
  }) => void,
): void {
  const byAddress = new Map(vips.map((vip) => [addressOf(vip), vip]));
  monitor(["address"], (line) => {
    const at = monotonicMs();
    const change = parseAddressLine(line);
    const vip = change === null ? undefined : byAddress.get(change.address);
    if (change !== null && vip !== undefined) report({ kind: "address", vip, bound: change.bound, at });
  });
}

/** A reading of a VIP's next hops. The kernel had them at some moment between `from` and `at`. */
export interface RouteReading {
  readonly kind: "routes";
  readonly vip: string;
  readonly nextHops: readonly string[];
  readonly from: number;
  readonly at: number;
}

/** A time in which the kernel had no route to a VIP because it was replaced by removing it first. */
export interface RouteGap {
  readonly kind: "gap";
  readonly vip: string;
  /** When the removal and the new route were read from the kernel's notices, which come in this order a few microseconds apart. */
  readonly from: number;
  readonly to: number;
}

/** The destination of a line of `ip -oneline monitor route` and whether its route went, or null when the line is about something else. */
export function parseRouteLine(line: string): { readonly destination: string; readonly gone: boolean } | null {
  const match = line.match(/^(Deleted )?(?:unicast )?([0-9a-fA-F.:]+)(?:\/\d+)?\s/);
  return match === null ? null : { destination: match[2] ?? "", gone: match[1] !== undefined };
}

/** Remembers when the routes of VIPs went, and reports those that were there again within `withinMs`. */
export function gapFinder(
  vips: readonly string[],
  withinMs: number,
  report: (gap: RouteGap) => void,
): (line: string, at: number) => void {
  const byAddress = new Map(vips.map((vip) => [addressOf(vip), vip]));
  const goneAt = new Map<string, number>();
  return (line, at) => {
    const route = parseRouteLine(line);
    const vip = route === null ? undefined : byAddress.get(route.destination);
    if (route === null || vip === undefined) return;
    const from = goneAt.get(vip);
    if (route.gone) goneAt.set(vip, at);
    else {
      goneAt.delete(vip);
      if (from !== undefined && at - from <= withinMs) report({ kind: "gap", vip, from, to: at });
    }
  };
}

/** A route that is away for longer was withdrawn, not replaced. */
const replacedWithinMs = 50;

/** Reports a VIP's next hops at once and whenever they have changed. A change only says that it is time to read: nexthop objects change routes silently. */
export function watchRoutes(vips: readonly string[], report: (news: RouteReading | RouteGap) => void): void {
  const isSix = (vip: string): boolean => vip.includes(":");
  // One reading for all VIPs of a family: it costs a process.
  const families = ["-4", "-6"]
    .map((family) => ({ family, vips: vips.filter((vip) => isSix(vip) === (family === "-6")) }))
    .filter((group) => group.vips.length > 0)
    .map((group) => ({ ...group, last: new Map<string, string>(), busy: false, again: false }));
  const read = (state: (typeof families)[number]): void => {
    if (state.busy) {
      state.again = true;
      return;
    }
    state.busy = true;
    const from = monotonicMs();
    execFile("ip", [state.family, "-json", "route", "show"], (error, stdout) => {
      const at = monotonicMs();
      const routes = error === null ? parseKernelTable(stdout) : null;
      for (const vip of routes === null ? [] : state.vips) {
        const nextHops = (routes?.get(addressOf(vip)) ?? []).map((hop) => hop.via);
        const text = nextHops.join(" ");
        if (text !== (state.last.get(vip) ?? "")) report({ kind: "routes", vip, nextHops, from, at });
        state.last.set(vip, text);
      }
      state.busy = false;
      if (!state.again) return;
      state.again = false;
      read(state);
    });
  };
  const readAll = (): void => families.forEach(read);
  const findGap = gapFinder(vips, replacedWithinMs, report);
  monitor(["route", "nexthop"], (line) => {
    findGap(line, monotonicMs());
    readAll();
  });
  // Covers what changed before the monitor listened, and kernels without nexthop events.
  setInterval(readAll, 250);
  readAll();
}
