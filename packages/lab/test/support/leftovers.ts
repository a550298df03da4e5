import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** One process of the machine. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  /** Start time in clock ticks: with the pid it names a process for ever. */
  readonly started: string;
  readonly command: string;
}

function readProcess(pid: number): SeenProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; whoever started it has yet to look.
    if (fields[0] === "Z") return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(fields[1]), started: fields[19] ?? "", command };
  } catch {
    return null;
  }
}

/** A process and everything below it, itself first. */
export function processTree(root: number): readonly SeenProcess[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((entry) => entry !== null);
  const tree = all.filter((entry) => entry.pid === root);
  for (let next = 0; next < tree.length; next++) tree.push(...all.filter((entry) => entry.parent === tree[next]?.pid));
  return tree;
}

/** Those that still run. */
export function survivors(processes: readonly SeenProcess[]): readonly SeenProcess[] {
  return processes.filter(({ pid, started }) => readProcess(pid)?.started === started);
}

/** The network namespaces these processes are in, as `net:[inode]`, without our own. */
export function networkNamespaces(processes: readonly SeenProcess[]): ReadonlySet<string> {
  const own = readlinkSync("/proc/self/ns/net");
  const seen = processes.map(({ pid }) => namespaceOf(pid)).filter((name) => name !== null && name !== own);
  return new Set(seen.filter((name) => name !== null));
}

function namespaceOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return null;
  }
}

/** Namespaces of the list that some process of the machine is still in. */
export function usedNamespaces(names: ReadonlySet<string>): readonly string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const used = new Set(pids.map((pid) => namespaceOf(Number(pid))));
  return [...names].filter((name) => used.has(name));
}

/** What a lab could leave behind outside of its processes: named namespaces, VIPs, mounts, and files in the temporary folder it was given. */
export function traces(temporary: string): readonly string[] {
  const list = (folder: string): readonly string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  const addresses = execFileSync("ip", ["-oneline", "address"], { encoding: "utf8" }).split("\n");
  return [
    ...list("/run/netns").filter((name) => /^(node\d+|router|client|switch)$/.test(name)),
    ...list("/run").filter((name) => name.startsWith("vipcast-lab")),
    ...list(temporary),
    ...addresses.filter((line) => line.includes("192.0.2.10/32") || line.includes("2001:db8::10/")),
    ...readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .filter((line) => /vipcast-lab|\/netns\/(node\d+|router|client|switch) /.test(line)),
  ];
}
