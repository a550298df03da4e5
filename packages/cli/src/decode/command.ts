import { parseCommandLine } from "../arguments/parse.ts";
import { decodeVerb } from "./verb.ts";

/** Runs `vipcast decode`. Everything behind the help is loaded only when it is needed. */
export async function run(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(decodeVerb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { decode } = await import("./decode.ts");
  return decode(line.raw, line.problems);
}
