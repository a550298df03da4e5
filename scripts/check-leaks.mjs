// A hundred thousand health checks in one process: what stays open and what stays in memory. Started by `npx pnpm@10 prove --only checks`;
// `--checks N` for fewer. Memory is read after forced collections: what grows then is kept by somebody.
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How often each kind is carried out of a hundred checks: `exec` costs a process each. */
const shares = { tcp: 45, http: 45, exec: 10 };
/** Not compared: what the first ones load and compile. */
const warmUpPart = 0.05;
/** Readings, the first of them after the warm-up. */
const readings = 11;
const atOnce = 8;
const timeoutMs = 10_000;
/** More in the heap than this for each check, over the whole run, is a leak: the smallest object that can hold anything. */
const leakBytesPerCheck = 16;
/** Whatever is kept once, and not for each check, may take this much. */
const slackBytes = 1 << 20;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

function openFiles() {
  // The folder that is being read is one of them.
  return readdirSync("/proc/self/fd").length - 1;
}

async function reading(done) {
  // Twice: what the first collection finalises, the second frees.
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    collect();
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { done, openFiles: openFiles(), rss, heapUsed, external, arrayBuffers };
}

/** Runs `count` checks with the announcer's own probes, all of which succeed, and reads the process from time to time. */
async function measureChecks(count) {
  const { nodeChecks } = await import("../packages/announcer/bundle/index.js");
  const port = nodeChecks();
  const server = createServer((_request, response) => response.end("ready\n".repeat(100)));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${server.address().port}`;
  const probes = await parsedProbes(address);
  const failures = new Map();
  const one = async (kind) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    const context = { vip: "192.0.2.1/32", address: "192.0.2.1", interface: "lo", timeoutMs, signal: abort.signal };
    const { ok, detail } = await port.probe(probes[kind], context);
    clearTimeout(timer);
    if (!ok) failures.set(`${kind}: ${detail}`, (failures.get(`${kind}: ${detail}`) ?? 0) + 1);
  };
  const order = Object.entries(shares).flatMap(([kind, times]) => Array(times).fill(kind));
  // Spread out, so that each part of the run is like the whole.
  order.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const kindOf = (index) => order[(index * 37) % order.length];
  let next = 0;
  const upTo = async (end) => {
    const worker = async () => {
      while (next < end) await one(kindOf(next++));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };
  const warmUp = Math.round(count * warmUpPart);
  await upTo(warmUp);
  const series = [await reading(next)];
  for (let step = 1; step < readings; step++) {
    await upTo(warmUp + Math.round(((count - warmUp) * step) / (readings - 1)));
    series.push(await reading(next));
  }
  await new Promise((resolve) => server.close(resolve));
  return { checks: next, shares, failures: Object.fromEntries(failures), series };
}

async function parsedProbes(address) {
  const { parseVip } = await import("../packages/announcer/bundle/index.js");
  const inputs = {
    tcp: { tcp: address },
    http: { http: `http://${address}/`, bodyContains: "ready" },
    exec: { exec: ["/bin/true"] },
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([kind, check]) => {
      const parsed = parseVip({ prefix: "192.0.2.1/32", check });
      if (!parsed.ok) throw new Error(parsed.refusals.map(({ message }) => message).join("; "));
      return [kind, parsed.vip.check.probe];
    }),
  );
}

/** What is wrong with a run, in words; empty when nothing is. */
export function complaints({ failures, series }) {
  const [first, last] = [series[0], series.at(-1)];
  const found = Object.entries(failures).map(([detail, times]) => `${times} checks failed: ${detail}`);
  if (last.openFiles > first.openFiles)
    found.push(`${last.openFiles} descriptors are open at the end, ${first.openFiles} were after the warm-up`);
  const perCheck = heapSlope(series);
  if (perCheck * (last.done - first.done) > slackBytes && perCheck > leakBytesPerCheck)
    found.push(`the heap grows by ${perCheck.toFixed(1)} octets with each check`);
  return found;
}

/** Octets of the heap, after a collection, for each check: the slope of the line of least squares. */
export function heapSlope(series) {
  const mean = (of) => series.reduce((sum, each) => sum + of(each), 0) / series.length;
  const [x, y] = [mean(({ done }) => done), mean(({ heapUsed }) => heapUsed)];
  const above = mean(({ done, heapUsed }) => (done - x) * (heapUsed - y));
  return above / mean(({ done }) => (done - x) ** 2);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--checks");
  const result = await measureChecks(at < 0 ? 100_000 : Number(process.argv[at + 1]));
  const wrong = complaints(result);
  console.log(JSON.stringify({ ...result, heapBytesPerCheck: heapSlope(result.series), complaints: wrong }));
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
