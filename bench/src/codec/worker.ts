// Our side of the codec benchmark: `worker.js FILE OP REPEAT TWO_OCTET_FROM`. For each line on standard input it makes one run of
// REPEAT passes over FILE and answers with one JSON object on one line; the protocol is that of bench/gobgp/main.go.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { operations, type Tally } from "./operations.ts";

const [file, operation, repeatText, twoOctetText] = process.argv.slice(2);
const make = operations[operation ?? ""];
if (file === undefined || make === undefined) throw new Error(`no operation ${operation}`);
const repeat = Number(repeatText);
const pass = make(new Uint8Array(readFileSync(file)), Number(twoOctetText));
const collect = globalThis.gc;
if (collect === undefined) throw new Error("run with --expose-gc: each run begins with a clean heap");

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

for await (const _ of createInterface({ input: process.stdin })) {
  collect();
  let tally: Tally = { messages: 0, prefixes: 0, attributes: 0, sum: 0, bytes: 0 };
  const before = used();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (let i = 0; i < repeat; i++) {
    tally = { messages: 0, prefixes: 0, attributes: 0, sum: 0, bytes: 0 };
    pass(tally);
  }
  const ms = (performance.now() - startedAt) / repeat;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1000 / repeat;
  // True where the young generation is so large that nothing was collected meanwhile.
  const allocated = (used() - before) / repeat;
  console.log(JSON.stringify({ ms, cpuMs, ...tally, allocated }));
}
