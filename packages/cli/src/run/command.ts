import { parseCommandLine } from "../arguments/parse.ts";
import { daemonSignals, SignalInbox } from "../signals.ts";
import { runVerb } from "./verb.ts";

/** Runs `vipcast run` until it is told to stop. Everything behind the help is loaded only when it is needed. */
export async function run(
  argv: readonly string[],
  signals: SignalInbox = new SignalInbox(daemonSignals),
): Promise<number> {
  const line = parseCommandLine(runVerb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { runDaemon } = await import("./run.ts");
  return runDaemon(line.raw, line.problems, signals);
}
