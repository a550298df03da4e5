import { LinuxError, replaceProcess } from "@vipcast/linux";
import { restartExitCode } from "../announce/supervise.ts";
import type { Log } from "../output/log.ts";

/** Whether a service manager starts the next process: one that this process tells its state to (sd_notify(3)). */
export function isManaged(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment.NOTIFY_SOCKET !== undefined;
}

/** Tells the next process to stop as soon as it has taken over. */
const thenStopVariable = "VIPCAST_THEN_STOP";

/** Whether this process was started to take over and stop; asked once, what it starts does not inherit that. */
export function isToStop(environment: NodeJS.ProcessEnv): boolean {
  const told = environment[thenStopVariable] !== undefined;
  delete environment[thenStopVariable];
  return told;
}

/**
 * After a restart has closed everything: under a service manager the exit code asks it for a new process, elsewhere the same program is run anew in the place of this one,
 * under the same process id. `thenStop`: that one is to stop. Returns the exit code when there is nothing else to do.
 */
export function goOn(log: Log, environment: NodeJS.ProcessEnv, thenStop: boolean): number {
  if (isManaged(environment)) return restartExitCode;
  if (thenStop) environment[thenStopVariable] = "1";
  try {
    return replaceProcess(process.execPath, [...process.execArgv, ...process.argv.slice(1)]);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    log.fatal({ err: error }, `vipcast cannot be run anew; addresses stay bound until it is started: ${error.message}`);
    return restartExitCode;
  }
}
