import type { ControlClient } from "../control/client/client.ts";
import { ClientFailure } from "../control/client/failure.ts";
import type { Status } from "../control/resources/status.ts";

const pollMs = 50;

/** Resolves with the time it took until that process answers no more, milliseconds; with null when it still does after `limitMs`. */
export async function whenGone(client: ControlClient, pid: number, limitMs: number): Promise<number | null> {
  const began = performance.now();
  for (;;) {
    const status = await statusOrNull(client);
    const tookMs = Math.round(performance.now() - began);
    if (status === null || status.pid !== pid) return tookMs;
    if (tookMs >= limitMs) return null;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Resolves with the status of a daemon that was not the one started at `startedAt`, once it runs; with null when there is none within `limitMs`. */
export async function whenBack(client: ControlClient, startedAt: string, limitMs: number): Promise<Status | null> {
  const began = performance.now();
  for (;;) {
    const status = await statusOrNull(client);
    if (status !== null && status.startedAt !== startedAt && status.state === "running") return status;
    if (performance.now() - began >= limitMs) return null;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Null while nobody answers. */
async function statusOrNull(client: ControlClient): Promise<Status | null> {
  try {
    return await client.ask<Status>({ path: "/v1/status", timeoutMs: 2000 });
  } catch (error) {
    if (error instanceof ClientFailure) return null;
    throw error;
  }
}
