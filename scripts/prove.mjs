// Everything the issues ask to be shown, at full size: each lab scenario with each router, as root and as an ordinary user, a thousand
// deletions by a rival and two hundred kills, a minute of chaos with each of several seeds, ten thousand interleavings of two speakers,
// fifty thousand histories of the announcer, a hundred thousand health checks, a thousand reloads under traffic, the whole interop matrix, and the benchmark's figures. Writes `docs/prove.json` with commit and
// machine; a failure is a non-zero exit. The figures of `docs/ecmp.md` and `docs/tuning.md` are parts of it as well.
// `prove.mjs --only lab,counted,chaos,sessions,histories,checks,reloads,decision,interop,bench,ecmp,tuning,tuning-wan`.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { scenarios as known } from "../packages/lab/dist/index.js";
import { figurePages, measureEcmpFigures, measureTuningFigures, measureWanFigures } from "./figures.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, "docs/prove.json");
const cli = join(root, "packages/cli/bin/vipcast.js");
const routers = ["embedded", "bird", "frr"];
/** So often, with BIRD and with FRR; CI tries some tens. */
const counted = { rival: 1000, "kill-points": 200 };
const countedSeed = 1;
/** Each once, with each router; chaos has runs of its own. */
const scenarios = Object.keys(known).filter((name) => !(name in counted) && name !== "chaos");
/** Each for a minute, with each router. */
const chaosSeeds = [1, 2, 3];
/** Random worlds in which two speakers dial each other; CI tries some hundreds. */
const interleavings = 10_000;
/** Random histories of the announcer's loop, with crashes at every border it crosses; CI tries 5,000. */
const histories = 50_000;
/** Carried out in one process. */
const checks = 100_000;
const routeSets = 1000;
/** Of a daemon with sessions and connections that must not notice; CI tries twenty. */
const reloads = 1000;
/** An ordinary user that exists on every Debian. */
const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "HOME=/nonexistent"];

function run(command, args, env = {}) {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { ok: status === 0, status: status ?? signal, stdout, stderr };
}

function lastJson(text) {
  const line = text.trim().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? JSON.parse(line) : null;
}

const users = process.getuid() === 0 ? { root: [], nobody } : { [process.env.USER ?? "user"]: [] };
// Without root FRR's zebra cannot become its own user, and the lab says so.
const routersOf = (user) => routers.filter((name) => name !== "frr" || user === "root");

function runScenario(user, router, scenario, extra = []) {
  const lab = [process.execPath, cli, "lab", "--router", router, "--scenario", scenario, ...extra, "--json"];
  const [command, ...args] = [...users[user], ...lab];
  const { ok, status, stdout, stderr } = run(command, args);
  const result = lastJson(stdout);
  const words = Object.entries(result?.counts ?? {}).map(([name, count]) => `, ${name} ${count}`);
  const broken = (result?.promisesBroken ?? []).map(({ promise, detail }) => `; promise ${promise}: ${detail}`);
  console.log(
    `${ok ? "ok  " : "FAIL"} lab ${scenario} with ${router} as ${user}${words.join("")}${ok ? "" : `: ${status}${broken.join("")}: ${stderr.trim()}`}`,
  );
  return { user, router, scenario, ok, result };
}

function proveLab() {
  const results = Object.keys(users).flatMap((user) =>
    routersOf(user).flatMap((router) => scenarios.map((scenario) => runScenario(user, router, scenario))),
  );
  return { ok: results.every(({ ok }) => ok), results };
}

function proveCounted() {
  const [user = "root"] = Object.keys(users);
  const results = routersOf(user)
    .filter((router) => router !== "embedded")
    .flatMap((router) =>
      Object.entries(counted).map(([scenario, times]) =>
        runScenario(user, router, scenario, ["--seed", `${countedSeed}`, "--times", `${times}`]),
      ),
    );
  return { ok: results.every(({ ok }) => ok), results };
}

function proveChaos() {
  const results = [];
  for (const router of routers)
    for (const seed of chaosSeeds) {
      const chaos = ["--scenario", "chaos", "--seed", `${seed}`, "--seconds", "60"];
      const { ok, status, stdout, stderr } = run(process.execPath, [
        cli,
        "lab",
        "--router",
        router,
        ...chaos,
        "--json",
      ]);
      const result = lastJson(stdout);
      const faults = result?.chaos?.faults.length ?? 0;
      console.log(
        `${ok ? "ok  " : "FAIL"} chaos with ${router}, seed ${seed}: ${faults} faults${ok ? "" : `: ${status}: ${stderr.trim()}`}`,
      );
      results.push({ router, seed, ok, result });
    }
  return { ok: results.every(({ ok }) => ok), results };
}

function proveSessions() {
  const file = "packages/bgp/test/session/interleavings.test.ts";
  const { ok, status, stdout, stderr } = run(
    join(root, "node_modules/.bin/vitest"),
    ["run", "--project", "unit", "--reporter=json", file],
    { VIPCAST_INTERLEAVINGS: `${interleavings}` },
  );
  const [test] = lastJson(stdout)?.testResults[0]?.assertionResults ?? [];
  const failure = test?.failureMessages?.[0] ?? stderr.trim();
  console.log(
    `${ok ? "ok  " : "FAIL"} ${interleavings} interleavings of two speakers${ok ? "" : `: ${status}: ${failure}`}`,
  );
  return { ok, results: ok ? { ...test.meta, seconds: Math.round(test.duration / 1000) } : failure };
}

function proveHistories() {
  const file = "packages/announcer/test/model/histories.test.ts";
  const { ok, status, stdout, stderr } = run(
    join(root, "node_modules/.bin/vitest"),
    ["run", "--project", "unit", "--reporter=json", file],
    { VIPCAST_HISTORIES: `${histories}` },
  );
  const [test] = lastJson(stdout)?.testResults[0]?.assertionResults ?? [];
  const failure = test?.failureMessages?.[0] ?? stderr.trim();
  console.log(`${ok ? "ok  " : "FAIL"} ${histories} histories of the announcer${ok ? "" : `: ${status}: ${failure}`}`);
  return { ok, results: ok ? { ...test.meta, seconds: Math.round(test.duration / 1000) } : failure };
}

/** Health checks in one process, after which nothing more is open and the heap is as large as before. */
function proveChecks() {
  const { ok, status, stdout, stderr } = run(process.execPath, [
    join(root, "scripts/check-leaks.mjs"),
    "--checks",
    `${checks}`,
  ]);
  const results = lastJson(stdout);
  const words = results === null ? `${status}: ${stderr.trim()}` : results.complaints.join("; ");
  console.log(`${ok ? "ok  " : "FAIL"} ${checks} health checks${ok ? "" : `: ${words}`}`);
  return { ok, results };
}

/** Random route sets on which every decision has to be that of BIRD and GoBGP; CI tries some. */
function proveDecision() {
  const { ok, status, stdout, stderr } = run(process.execPath, [
    join(root, "interop/dist/decision/main.js"),
    "--sets",
    `${routeSets}`,
    "--json",
  ]);
  const results = lastJson(stdout);
  for (const { name, sets, equal } of results?.comparisons ?? [])
    console.log(`     ${name}: ${equal} of ${sets} equal`);
  console.log(
    `${ok ? "ok  " : "FAIL"} decisions on ${routeSets} route sets${ok ? "" : `: ${status}: ${stderr.trim()}`}`,
  );
  return { ok, results };
}

/** Random changes of a configuration under traffic: nothing happens that the plan of the reload did not name. */
function proveReloads() {
  const program = join(root, "interop/dist/reloads/main.js");
  const { ok, status, stdout, stderr } = run(process.execPath, [program, "--reloads", `${reloads}`, "--json"]);
  console.log(`${ok ? "ok  " : "FAIL"} ${reloads} reloads under traffic${ok ? "" : `: ${status}: ${stderr.trim()}`}`);
  return { ok, results: lastJson(stdout) };
}

function proveInterop() {
  const { status } = spawnSync(process.execPath, [join(root, "interop/dist/prove.js")], {
    cwd: root,
    stdio: "inherit",
  });
  return { ok: status === 0, results: "docs/interop.json" };
}

function proveBench() {
  const { ok, stdout, stderr } = run(process.execPath, [join(root, "bench/dist/main.js"), "--json"]);
  process.stdout.write(ok ? stdout : stderr);
  return {
    ok,
    results: ok
      ? stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line))
      : stderr,
  };
}

/** Figures that lie beside the page which shows them. */
async function proveFigures(measure, results) {
  try {
    await measure({ commit: described, machine });
    for (const [page, text] of Object.entries(await figurePages())) writeFileSync(join(root, page), text);
    return { ok: true, results };
  } catch (error) {
    console.error(`FAIL ${results}: ${error.stack}`);
    return { ok: false, results: error.message };
  }
}

const provers = {
  lab: proveLab,
  counted: proveCounted,
  chaos: proveChaos,
  sessions: proveSessions,
  histories: proveHistories,
  checks: proveChecks,
  reloads: proveReloads,
  decision: proveDecision,
  interop: proveInterop,
  bench: proveBench,
  ecmp: () => proveFigures(measureEcmpFigures, "docs/ecmp.json"),
  tuning: () => proveFigures(measureTuningFigures, "docs/tuning.json"),
  "tuning-wan": () => proveFigures(measureWanFigures, "docs/tuning.json"),
};
const asked = process.argv[2] === "--only" ? (process.argv[3] ?? "").split(",") : Object.keys(provers);
const unknown = asked.filter((name) => !(name in provers));
if (unknown.length > 0) {
  console.error(`no part ${unknown.join(", ")}; there are ${Object.keys(provers).join(", ")}`);
  process.exit(2);
}

let proof = {};
try {
  proof = JSON.parse(readFileSync(file, "utf8"));
} catch {
  // The first run.
}
const commit = run("git", ["rev-parse", "HEAD"]).stdout.trim();
const dirty = run("git", ["status", "--porcelain"]).stdout.trim() !== "";
const described = dirty ? `${commit} with uncommitted changes` : commit;
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  arch: arch(),
  node: process.version,
};
for (const name of asked) {
  proof[name] = {
    commit: described,
    time: new Date().toISOString(),
    machine,
    ...(await provers[name]()),
  };
  writeFileSync(file, `${JSON.stringify(proof, null, 2)}\n`);
}
process.exitCode = asked.every((name) => proof[name].ok) ? 0 : 1;
