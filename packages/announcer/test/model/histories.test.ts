import fc from "fast-check";
import { test } from "vitest";
import { acts } from "./acts.ts";
import { live } from "./live.ts";

// The real loop over fake ports, with histories that no one would think of: rivals, failures, delays, ports that answer nothing, lost
// news, and kills at every border the process crosses. The promises are checked after each step of time and at every call of a port;
// at the end, with the weather calm, everything has to be as wanted, and stay so.

/** How many; CI tries 5,000 and `npx pnpm@10 prove` 50,000. */
const histories = Number(process.env.VIPCAST_HISTORIES ?? 150);
const seed = Number(process.env.VIPCAST_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`the loop keeps promises 1 to 7 at every step of a random history, and converges (${histories} histories, seed ${seed})`, {
  timeout: Math.max(20_000, histories * 60),
}, async ({ task }) => {
  Object.assign(task.meta, { histories, seed });
  const property = fc.asyncProperty(acts(), fc.nat(), live);
  await fc.assert(property, { numRuns: histories, seed });
});
