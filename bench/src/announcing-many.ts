// 10,000 VIPs set at once, bound on `lo` and announced to one peer, and then one of them changed. Each case takes its part.
import { setTimeout as sleep } from "node:timers/promises";
import { ownershipMark, Rtnetlink } from "@vipcast/linux";
import { monotonicMs, startAnnouncing, vip } from "./announcing.ts";
import { median } from "./harness.ts";

const count = 10_000;
const changes = 100;

/** Everything there is to know of one run; each case takes its part. */
export interface Measured {
  readonly setMs: number;
  readonly changeMs: number;
  readonly changeCpuMs: number;
  readonly updates: number;
  readonly memoryMb: number;
}

export async function measureMany(): Promise<Measured> {
  const { announcer, arrived, close } = await startAnnouncing();
  const vips = Array.from({ length: count }, (_, n) => vip(`198.18.${n >> 8}.${n & 255}/32`));
  const before = process.memoryUsage().rss;
  const all = arrived(({ announced }) => announced >= count);
  const startedAt = monotonicMs();
  announcer.set(vips);
  const { at, updates } = await all;
  await announcer.idle();
  const memoryMb = (process.memoryUsage().rss - before) / 2 ** 20;
  // The ledger of all of them is written, and the kernel's news read.
  await sleep(1000);
  const latencies: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let change = 0; change < changes; change++) {
    const arrival = arrived(({ announced }) => announced > count + change);
    const changedAt = monotonicMs();
    announcer.apply({ set: [vip(vips[change * 97]!.prefix, change + 1)] });
    latencies.push((await arrival).at - changedAt);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  await close();
  return {
    setMs: at - startedAt,
    changeMs: median(latencies),
    changeCpuMs: (user + system) / 1000 / changes,
    updates,
    memoryMb,
  };
}

/**
 * How long the kernel alone takes for so many addresses, milliseconds: the same requests, and nothing else. It looks through the addresses of the interface for each new
 * one, so that the last thousand cost several times as much as the first.
 */
export function addToKernel(): number {
  const kernel = new Rtnetlink();
  const mark = ownershipMark("bench");
  const startedAt = monotonicMs();
  for (let n = 0; n < count; n++)
    kernel.addAddress({
      family: "ipv4",
      address: `198.18.${n >> 8}.${n & 255}`,
      prefixLength: 32,
      interface: "lo",
      scope: "host",
      mark,
    });
  const tookMs = monotonicMs() - startedAt;
  kernel.close();
  return tookMs;
}
