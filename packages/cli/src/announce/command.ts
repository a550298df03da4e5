import { parseCommandLine } from "../arguments/parse.ts";
import { SignalInbox } from "../signals.ts";
import { announceVerb } from "./verb.ts";

/** Runs `vipcast announce` until it is told to stop. Everything behind the help is loaded only when it is needed. */
export async function run(argv: readonly string[], signals: SignalInbox = new SignalInbox()): Promise<number> {
  const line = parseCommandLine(announceVerb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { announce } = await import("./announce.ts");
  return announce(line.raw, line.problems, signals);
}
