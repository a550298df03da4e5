import { fileURLToPath } from "node:url";
import { batch, node, peer, startWorld } from "@vipcast/interop/cell/world";
import type { DaemonDriver, DaemonSpec } from "@vipcast/interop/daemons/driver";
import { missingPrograms, PeerDaemon } from "@vipcast/interop/daemons/peer-daemon";
import { daemons } from "@vipcast/interop/daemons/table";
import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";
import type { FeederOptions } from "./feeder.ts";

/** Addresses of feeders with many sessions: a prefix that is local to their host. */
export const manyFrom = "10.64.0.1";
export const patienceMs = 240_000;

/** How long a daemon may take to read a configuration with a hundred thousand routes, or two thousand neighbours. */
const readingMs = 120_000;

/** What the processes of each daemon are called. */
export const processNames: Readonly<Record<DaemonDriver["name"], readonly string[]>> = {
  bird: ["bird"],
  frr: ["bgpd"],
  gobgp: ["gobgpd"],
  openbgpd: ["bgpd"],
  exabgp: ["exabgp"],
};

/** A line of one of the processes of a measurement. */
export type Said = Readonly<Record<string, number | string>> & { readonly event: string };

/** A program of this folder at work in one of the two hosts. */
export class Program {
  readonly process: LabProcess;

  private constructor(process: LabProcess) {
    this.process = process;
  }

  static async start(sandbox: Sandbox, host: string, name: string, options: object): Promise<Program> {
    const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    return new Program(await sandbox.spawn(host, [process.execPath, file, JSON.stringify(options)]));
  }

  /** The last line with this event, once there is one. */
  said(event: string): Promise<Said> {
    return waitFor(
      () => `${event} is not said: ${this.process.tail()}`,
      () => this.#find(event),
      patienceMs,
      2,
    );
  }

  /** Asks for its status. */
  async status(): Promise<Said> {
    // Lines of other events may come in between: an answer is one more of this.
    const before = this.#texts("status").length;
    await this.process.write("\n");
    return waitFor(
      () => `no status: ${this.process.tail()}`,
      () => (this.#texts("status").length > before ? this.#find("status") : null),
      patienceMs,
      2,
    );
  }

  async stop(): Promise<void> {
    await this.process.signal("SIGKILL");
    await this.process.exited;
  }

  #find(event: string): Said | null {
    const text = this.#texts(event).at(-1);
    return text === undefined ? null : (JSON.parse(text) as Said);
  }

  #texts(event: string): readonly string[] {
    return this.process.lines.map(({ text }) => text).filter((text) => text.startsWith(`{"event":"${event}"`));
  }
}

/** Two hosts with one link: the feeder in one, who is measured in the other. They vanish with this process. */
export async function startArena(): Promise<Sandbox> {
  const sandbox = await startWorld();
  await batch(sandbox, node.name, ["route add local 10.64.0.0/16 dev lo"]);
  await batch(sandbox, peer.name, [`route add 10.64.0.0/16 via ${node.ipv4}`]);
  return sandbox;
}

/** Starts a feeder towards who is measured. */
export function startFeeder(sandbox: Sandbox, options: Partial<FeederOptions>): Promise<Program> {
  const base: FeederOptions = {
    host: peer.ipv4,
    port: 179,
    asn: 65_001,
    source: node.ipv4,
    sessions: 1,
    holdTime: 90,
    atOnce: null,
    file: null,
    writers: 1,
  };
  return Program.start(sandbox, node.name, "feeder", { ...base, ...options });
}

/** The daemons that are installed, of those asked for, and their versions; what is missing goes to `stderr`. */
export function installed(names: readonly string[]): readonly DaemonDriver[] {
  return daemons.filter((driver) => {
    if (!names.includes(driver.name)) return false;
    const missing = missingPrograms(driver);
    if (missing.length > 0) process.stderr.write(`${driver.title} is not measured: ${missing.join(", ")} not found\n`);
    return missing.length === 0;
  });
}

/** Starts a daemon in the place of who is measured, with one passive neighbour for each session of a feeder. */
export async function startDaemon(
  sandbox: Sandbox,
  driver: DaemonDriver,
  sessions: number,
  change: Partial<DaemonSpec> = {},
  holdTime = 90,
): Promise<PeerDaemon> {
  const daemon = new PeerDaemon(driver, sandbox, peer.name);
  const neighbours = Array.from({ length: sessions }, (_, index) => ({
    name: `feeder${index}`,
    address: sessions === 1 ? node.ipv4 : `10.64.${(index + 1) >> 8}.${(index + 1) & 255}`,
    asn: 65_001,
    localAddress: peer.ipv4,
    holdTime,
    families: ["ipv4-unicast"] as const,
    ...(sessions === 1 ? {} : { multihop: 4 }),
  }));
  daemon.configure({
    asn: 65_000,
    routerId: "10.0.0.254",
    addresses: { ipv4: peer.ipv4, ipv6: peer.ipv6 },
    neighbours,
    ...change,
  });
  try {
    await daemon.start(readingMs);
  } catch (error) {
    // The next one needs its port.
    await daemon.kill();
    throw error;
  }
  return daemon;
}

/** Resident memory in MB and processor time in ms so far, of all processes with one of these names, or with this number, in the sandbox. */
export async function usage(
  sandbox: Sandbox,
  who: readonly string[] | number,
): Promise<{ readonly megabytes: number; readonly cpuMs: number }> {
  const places = typeof who === "number" ? `/proc/${who}` : "/proc/[0-9]*";
  const script = `for p in ${places}; do echo "$(cat $p/comm)|$(sed -n 's/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p' $p/status)|$(cat $p/stat)"; done 2>/dev/null`;
  const { stdout } = await sandbox.exec(null, ["sh", "-c", script]);
  let kilobytes = 0;
  let ticks = 0;
  for (const line of stdout.trim().split("\n")) {
    const [name = "", rss = "", stat = ""] = line.split("|");
    if (typeof who !== "number" && !who.includes(name)) continue;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    kilobytes += Number(rss);
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  // USER_HZ is 100 on every Linux that Node runs on.
  return { megabytes: kilobytes / 1024, cpuMs: ticks * 10 };
}

/** How each daemon is asked, without a walk over its table, how many routes it has accepted. */
const counters: Readonly<Record<string, { argv: (folder: string) => readonly string[]; pattern: RegExp }>> = {
  bird: {
    argv: (folder) => ["birdc", "-s", `${folder}/bird.ctl`, "show", "protocols", "all", "feeder0"],
    pattern: /Routes:\s+(\d+) imported/g,
  },
  openbgpd: {
    argv: (folder) => ["bgpctl", "-s", `${folder}/bgpd.sock`, "show", "rib", "memory"],
    pattern: /(\d+) IPv4 unicast network entries/g,
  },
  frr: {
    argv: (folder) => ["vtysh", "--vty_socket", folder, "-d", "bgpd", "-c", "show bgp ipv4 unicast summary json"],
    pattern: /"pfxRcd":\s*(\d+)/g,
  },
  gobgp: { argv: () => ["gobgp", "neighbor", "-j"], pattern: /"accepted":\s*(\d+)/g },
};

/** Those that can be asked so. */
export const countedDaemons: readonly string[] = Object.keys(counters);

/** How many routes it has accepted from the neighbour of which it has most. */
export async function acceptedRoutes(sandbox: Sandbox, driver: DaemonDriver): Promise<number> {
  const counter = counters[driver.name];
  if (counter === undefined) throw new Error(`${driver.title} cannot be asked for the number of its routes`);
  const argv = counter.argv(`${sandbox.folder}/peer-${driver.name}`);
  const { stdout } = await sandbox.exec("peer", argv, { allowFailure: true, timeoutMs: patienceMs });
  return Math.max(0, ...Array.from(stdout.matchAll(counter.pattern), ([, count]) => Number(count)));
}
