import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { CodecFigure } from "./codec/run.ts";
import type { Figure } from "./harness.ts";

const jsonFile: string = fileURLToPath(new URL("../../docs/benchmarks.json", import.meta.url));
const pageFile: string = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));

/** One case as it was measured last. Cases are recorded each by itself, so each says where and when. */
export interface Recorded {
  readonly measuredAt: string;
  readonly machine: string;
  /** What the case said beside its figures: the other side's version, or what is missing. */
  readonly notes: readonly string[];
  readonly figures: readonly (Figure | CodecFigure)[];
}

/** Puts what was measured in the place of the same cases in `docs/benchmarks.json`, and makes `docs/benchmarks.md` from all of it. */
export function record(measured: ReadonlyMap<string, Pick<Recorded, "notes" | "figures">>): void {
  const known: Record<string, Recorded> = existsSync(jsonFile) ? JSON.parse(readFileSync(jsonFile, "utf8")) : {};
  for (const [name, { notes, figures }] of measured)
    known[name] = { measuredAt: new Date().toISOString().slice(0, 16), machine: machine(), notes, figures };
  writeFileSync(jsonFile, `${JSON.stringify(known, null, 1)}\n`);
  writeFileSync(pageFile, page(known));
}

function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]!.toFixed(1);
  return `${processors.length} × ${processors[0]?.model.trim()}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}, load average ${load} when it ended`;
}

function page(known: Readonly<Record<string, Recorded>>): string {
  return `${[
    "# Benchmarks",
    "",
    "Made by `npx pnpm@10 bench --record` from `docs/benchmarks.json`, the last run of each case; do not edit. Measure again, all or one case:",
    "",
    "```",
    "npx pnpm@10 bench --record",
    "npx pnpm@10 bench --only codec --record          --json instead prints one object per line and writes nothing",
    "```",
    "",
    "Each case runs in a child process of its own; figures are medians, with the smallest and the largest run in brackets. Times depend",
    "on the machine and on what else it does: compare what stands in one table.",
    ...Object.entries(known).flatMap(([name, recorded]) => ["", ...section(name, recorded)]),
  ].join("\n")}\n`;
}

const explanations: Readonly<Record<string, readonly string[]>> = {
  codec: [
    "Sets: a million IPv4 prefixes in UPDATEs of 4.7 each, with AS paths and communities as a table has them; 200,000 IPv6 prefixes; 10,000",
    "host routes, one per UPDATE; real UPDATEs of RIPE RIS where the fixtures are. *decode* validates everything as RFC 7606 asks, *visit*",
    "reads every prefix, AS number and community besides, *retain* keeps every UPDATE, *encode* writes UPDATEs into one",
    "buffer, every attribute of each from plain values; prefixes are octets in wire form, copied, as a decoded UPDATE or `NlriView.from` has them, or",
    "one object each (*prefix objects*). GoBGP's decoder makes objects of everything and judges less. Both sides read the same octets, find the same prefixes and",
    "the same sums in them, and their runs take turns. × is GoBGP's median over ours: of the time that passed, and of processor",
    "time, which includes the garbage collectors' threads and suffers less from other load. Bytes are what one pass allocates, per UPDATE.",
    "*encode* starts on both sides from what was decoded before and is held for the whole set: GoBGP's from its message structures, each",
    "serialised by itself; ours from routes and attributes as `encodeRoutes` takes them, numbers and arrays, AS paths as segments. No octets of",
    "an attribute are kept, and no set is encoded twice. The aims hold for a machine that does nothing else; half of the time that",
    "encoding the largest set takes goes into reading those values from memory.",
  ],
  startup: [
    "Process start to Established against a passive listener on the same machine, beside a Node that connects and does nothing else.",
    "And the time from the start of a command to its end; status, vips and explain ask that daemon. `CacheDirectory=`: as under the systemd unit, not for the first time.",
    "Without `NODE_EXTRA_CA_CERTS`: where the machine sets it, Node reads those certificates at every start, which a service manager's environment spares a daemon.",
  ],
  import: ['`import "@vipcast/bgp"` from the packed tarball, beside a Node that imports nothing.'],
  apply: [
    "From `announcer.apply()` to the UPDATE at the peer's socket, in another process on the same machine: kernel, ledger and TCP are real, one change at a time.",
    "Aim: a median of 0.25 ms and a 99th percentile of 1.0. Each run has 200 announcements and 200 withdrawals; the spread is that of the runs.",
  ],
  "apply-many": ["10,000 VIPs with one peer. Changing one costs what one costs, whatever the total."],
  memory: ["Resident memory two seconds after Established."],
  sizes: ["What lands on a user's disk."],
};

function section(name: string, { measuredAt, machine: on, notes, figures }: Recorded): string[] {
  return [
    `## ${name}`,
    "",
    ...(explanations[name] ?? []),
    ...(explanations[name] === undefined ? [] : [""]),
    `Measured ${measuredAt} UTC on ${on}.`,
    ...notes.map((note) => `${note[0]!.toUpperCase()}${note.slice(1)}.`),
    "",
    ...(name === "codec" ? codecTables(figures as readonly CodecFigure[]) : table(figures as readonly Figure[])),
  ];
}

function table(figures: readonly Figure[]): string[] {
  const rows = figures.map(({ impl, unit, median, min, max, runs }) => {
    const spread = runs > 1 ? ` (${min} … ${max}, ${runs} runs)` : "";
    return `| ${impl} | ${median} ${unit}${spread} |`;
  });
  return ["| | |", "|---|---:|", ...rows];
}

/** How many times GoBGP's speed each operation is to have, on the largest set. */
const aims = { decode: 6, visit: 4, retain: 2, encode: 4 } as const;
const aimedAt = "ipv4-1m";
/** Octets of heap that visiting an UPDATE may take. */
const visitOctets = 300;

/** The aims beside what was measured, so that nobody has to look for one that was missed. */
function aimsTable(figures: readonly CodecFigure[]): string[] {
  const rows = figures
    .filter(({ set, impl }) => set === aimedAt && impl === "vipcast")
    .flatMap((figure) => {
      const { op, ratioToGobgp, cpuRatioToGobgp, heapBytesPerMessage } = figure;
      const octets = [`| ${op}, bytes per UPDATE | < ${visitOctets} | ${heapBytesPerMessage} | |`];
      return [
        `| ${op} | ${aims[op]} × | ${times(ratioToGobgp)} | ${times(cpuRatioToGobgp)} |`,
        ...(op === "visit" ? octets : []),
      ];
    });
  return [`| ${aimedAt} | aim | of the time that passed | of processor time |`, "|---|---:|---:|---:|", ...rows];
}

function times(ratio: number | null): string {
  return ratio === null ? "" : `${ratio.toFixed(1)} ×`;
}

function codecTables(figures: readonly CodecFigure[]): string[] {
  return [...aimsTable(figures), "", ...codecTable(figures)];
}

function codecTable(figures: readonly CodecFigure[]): string[] {
  const rows = figures.map((figure) => {
    const ratios = [figure.ratioToGobgp, figure.cpuRatioToGobgp].map((ratio) =>
      ratio === null ? "" : ratio.toFixed(1),
    );
    return [
      "",
      figure.set,
      figure.op,
      figure.impl,
      `${figure.medianMs} (${figure.minMs} … ${figure.maxMs})`,
      ratios[0],
      `${figure.medianCpuMs}`,
      ratios[1],
      `${(figure.messagesPerSecond / 1e6).toFixed(2)}`,
      `${figure.heapBytesPerMessage}`,
      "",
    ]
      .join(" | ")
      .trim();
  });
  return [
    "| set | operation | | ms | × | processor ms | × | million UPDATEs/s | bytes per UPDATE |",
    "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ...rows,
  ];
}
