import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { configOctets } from "../config/sources.ts";
import { type LoadedConfig, loadConfig } from "./load.ts";
import type { LoadOrder } from "./load-worker.ts";

/** Files of fewer octets are read at once: that takes less than the start of a thread. */
const asideFrom = 64 * 1024;
/** The program of the thread, as scripts/bundle.mjs makes it beside the chunk that this becomes a part of. */
const bundledWorker = fileURLToPath(new URL("./worker/load-worker.js", import.meta.url));

/**
 * The same as `loadConfig`, with large files read by a thread of their own: ten thousand virtual IPs take seconds, during which no KEEPALIVE would be sent. Never rejects; what comes of a
 * thread that fails is a configuration that is refused.
 */
export async function loadAside(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  worker: string = bundledWorker,
): Promise<LoadedConfig> {
  if (configOctets(file) < asideFrom || !existsSync(worker)) return loadConfig(file, environment);
  const workerData: LoadOrder = { file, environment: { ...environment } };
  try {
    // Most never need it.
    const { Worker } = await import("node:worker_threads");
    return await answerOf(new Worker(worker, { workerData, execArgv: [] }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const [rule, remedy] = [
      `cannot be read, the thread that reads it has failed: ${why}`,
      "try again, or make it smaller",
    ];
    const problem = { file, line: 1, column: 1, path: "", value: null, rule, remedy };
    return { ok: false, sentences: [`${file}:1:1: ${rule}; ${remedy}.`], problems: [problem] };
  }
}

function answerOf(worker: Worker): Promise<LoadedConfig> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`it has ended with ${code} and no answer`)));
  });
}
