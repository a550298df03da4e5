// Measures in the lab what `docs/ecmp.md` and `docs/tuning.md` say in figures, and writes `docs/ecmp.json` and `docs/tuning.json`;
// `docs.mjs` makes the tables from those. Started by `npx pnpm@10 prove --only ecmp,tuning,tuning-wan`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ecmpTables, tuningTables, withFigures } from "./figures-tables.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeCommand = [process.execPath, join(root, "packages/cli/bin/vipcast.js")];
const routers = ["embedded", "bird", "frr"];
/** The idle timer is longer than any pause of a crowded machine: connections that speak are never idle. */
const resilient = { buckets: 1024, idleSeconds: 20 };
const seed = 1;

/** Everything is a job of its own, in a lab of its own; so many run beside each other. They wait more than they work. */
async function runJobs(jobs, width) {
  const waiting = [...jobs.entries()];
  const results = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, { name, run }] = next;
      const begin = performance.now();
      // A lab that failed on a crowded machine is built once more before that counts.
      results[index] = await run().catch((error) => {
        console.log(`again: ${name}: ${error.message}`);
        return run();
      });
      console.log(`ok   ${name} (${Math.round((performance.now() - begin) / 1000)} s)`);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
}

/** What `run` measured, with where and when; `load` is the machine's, all of it. */
async function recorded(origin, run) {
  const begin = loadavg()[0].toFixed(1);
  const measuredAt = new Date().toISOString();
  const figures = await run();
  return { ...origin, measuredAt, load: { begin, end: loadavg()[0].toFixed(1) }, ...figures };
}

/** The pages with the tables of the last figures in them, by the paths of their files. */
export async function figurePages() {
  const { movedShares } = await import("../packages/lab/dist/flows/hash-threshold.js");
  const pages = { ecmp: (figures) => ecmpTables(figures, movedShares), tuning: tuningTables };
  const read = (name) => readFileSync(join(root, "docs", name), "utf8");
  return Object.fromEntries(
    Object.entries(pages).map(([name, tables]) => [
      `docs/${name}.md`,
      withFigures(read(`${name}.md`), tables(JSON.parse(read(`${name}.json`)))),
    ]),
  );
}

/** JSON with whatever is short enough on one line: a measurement is. */
function compact(value, indent = "") {
  const line = JSON.stringify(value);
  if (line.length < 400 || value === null || typeof value !== "object") return line;
  const inner = `${indent} `;
  const entries = Array.isArray(value)
    ? value.map((each) => compact(each, inner))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${compact(each, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${entries.map((entry) => `${inner}${entry}`).join(",\n")}\n${indent}${close}`;
}

function write(file, figures) {
  writeFileSync(join(root, "docs", file), `${compact(figures)}\n`);
}

/** Connections reset behind an ECMP router, path-MTU discovery and on-link VIPs: `docs/ecmp.json`. About five minutes. */
export async function measureEcmpFigures(origin) {
  const { measureEcmp, measureOnLink, measurePathMtu } = await import("../packages/lab/bundle/index.js");
  const configurations = [
    ...[0, 1].map((hashPolicy) => ({ router: "embedded", hashPolicy, resilient: null })),
    ...[0, 1].map((hashPolicy) => ({ router: "embedded", hashPolicy, resilient })),
    ...["bird", "frr"].map((router) => ({ router, hashPolicy: 1, resilient: null })),
  ];
  const ecmp = configurations.map((configuration) => ({
    name: `connections with ${configuration.router}, hash policy ${configuration.hashPolicy}${configuration.resilient ? ", resilient groups" : ""}`,
    run: async () => ({
      ...configuration,
      measurements: await measureEcmp({
        nodeCommand,
        seed,
        router: configuration.router,
        hashPolicy: configuration.hashPolicy,
        ...(configuration.resilient === null ? {} : { resilient }),
      }),
    }),
  }));
  const remedies = [
    [0, "none"],
    [1, "none"],
    [1, "tcp-mtu-probing"],
    [1, "route-mtu"],
  ];
  const pathMtu = remedies.map(([hashPolicy, remedy]) => ({
    name: `path MTU, hash policy ${hashPolicy}, remedy ${remedy}`,
    run: () => measurePathMtu({ nodeCommand, hashPolicy, remedy, seed }),
  }));
  const onLink = [1, 0, 0, 0].map((arpIgnore) => ({
    name: `on-link VIP, arp_ignore ${arpIgnore}`,
    run: () => measureOnLink({ nodeCommand, arpIgnore }),
  }));
  write(
    "ecmp.json",
    await recorded(origin, async () => {
      const results = await runJobs([...ecmp, ...pathMtu, ...onLink], 3);
      return {
        seed,
        weighing: "announcer",
        runs: results.slice(0, ecmp.length),
        pathMtu: results.slice(ecmp.length, ecmp.length + pathMtu.length).flat(),
        onLink: results.slice(ecmp.length + pathMtu.length).flat(),
      };
    }),
  );
}

function keep(part, figures) {
  const file = join(root, "docs/tuning.json");
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  write("tuning.json", { ...known, [part]: figures });
}

/** Outages with the profiles fast and datacenter, and BIRD's error wait: `docs/tuning.json`. About five minutes. */
export async function measureTuningFigures(origin) {
  const { measureOutages } = await import("../packages/lab/bundle/index.js");
  const outages = ["fast", "datacenter"].flatMap((profile) =>
    routers.map((router) => ({
      name: `outages with ${router}, profile ${profile}`,
      run: () => measureOutages({ nodeCommand, router, profile }),
    })),
  );
  const waits = [
    [1, 5],
    [60, 300],
  ].flatMap((errorWait) =>
    Array.from({ length: 3 }, () => ({
      name: `BIRD's error wait time ${errorWait.join(",")}`,
      run: async () => {
        const options = { nodeCommand, router: "bird", profile: "datacenter", kinds: ["partition"], repeats: 1 };
        const measurements = await measureOutages({ ...options, birdErrorWait: errorWait });
        return measurements.map((measurement) => ({ errorWait, ...measurement }));
      },
    })),
  );
  keep(
    "quick",
    await recorded(origin, async () => {
      const measured = await runJobs(outages, 2);
      const errorWait = await runJobs(waits, waits.length);
      return { measurements: measured.flat(), errorWait: errorWait.flat() };
    }),
  );
}

/** Outages with the profile wan, whose hold time is a minute and a half: once each, and all beside each other. */
export async function measureWanFigures(origin) {
  const { failureKinds, measureOutages } = await import("../packages/lab/bundle/index.js");
  const slow = ["announcer-frozen", "partition", "link-down"];
  const groups = [failureKinds.filter((kind) => !slow.includes(kind)), ...slow.map((kind) => [kind])];
  const jobs = groups.flatMap((kinds) =>
    routers.map((router) => ({
      name: `${kinds.join(", ")} with ${router}, profile wan`,
      run: () => measureOutages({ nodeCommand, router, profile: "wan", kinds, repeats: 1 }),
    })),
  );
  keep(
    "wan",
    await recorded(origin, async () => {
      const quick = await runJobs(jobs.slice(0, routers.length), 1);
      const slowOnes = await runJobs(jobs.slice(routers.length), 5);
      return { measurements: [...quick, ...slowOnes].flat() };
    }),
  );
}
