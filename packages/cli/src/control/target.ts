import type { Announcer } from "@vipcast/announcer";
import type { Peer } from "@vipcast/speaker";
import type { ConfigProblem } from "../config/problem.ts";
import type { Log } from "../output/log.ts";
import type { Daemon } from "../run/daemon.ts";

/** What the control API acts on. */
export interface ControlTarget {
  readonly version: string;
  readonly instance: string;
  readonly startedAt: Date;
  readonly routerId: string;
  readonly stateDir: string;
  readonly configFile: string;
  readonly log: Pick<Log, "error">;
  readonly announcer: Announcer;
  readonly daemon: Daemon;
  readonly peers: () => readonly Peer[];
  readonly state: () => "starting" | "running" | "stopping";
  /** Begins to end: in order, at once, or for another process to go on. */
  readonly end: (how: "stop" | "stop-now" | "restart") => void;
  /** What is wrong with the files, which another process would read. */
  readonly restartProblems: () => Promise<readonly ConfigProblem[]>;
}
