import { LinuxError, replaceProcess } from "@vipcast/linux";
import { restartExitCode } from "../announce/supervise.ts";
import type { Log } from "../output/log.ts";

/** Whether a service manager starts the next process: one that this process tells its state to (sd_notify(3)). */
export function isManaged(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment.NOTIFY_SOCKET !== undefined;
}

/**
 * After a restart has closed everything: under a service manager the exit code asks it for a new process, elsewhere the same program is run anew in the place of this one,
 * under the same process id. Returns the exit code when there is nothing else to do.
 */
export function goOn(log: Log, environment: Readonly<Record<string, string | undefined>>): number {
  if (isManaged(environment)) return restartExitCode;
  try {
    return replaceProcess(process.execPath, [...process.execArgv, ...process.argv.slice(1)]);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    log.fatal({ err: error }, `vipcast cannot be run anew; addresses stay bound until it is started: ${error.message}`);
    return restartExitCode;
  }
}
