import { parentPort, workerData } from "node:worker_threads";
import { loadConfig } from "./load.ts";

/** What the thread of {@link loadAside} is told. */
export interface LoadOrder {
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

// The whole of the thread: it reads, answers and ends.
const { file, environment } = workerData as LoadOrder;
parentPort?.postMessage(loadConfig(file, environment));
