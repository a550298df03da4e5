import { parseCommandLine } from "../arguments/parse.ts";
import { checkVerb } from "./verb.ts";

/** Runs `vipcast check`. Everything behind the help is loaded only when it is needed. */
export async function run(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(checkVerb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { check } = await import("./check.ts");
  return check(line.raw, line.problems);
}
