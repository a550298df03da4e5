import { isInstanceName } from "@vipcast/linux";
import { accept, type Parsed, refuse } from "../arguments/problem.ts";

/** The name of one of several instances on a host. `example` is the end of the remedy. */
export function parseInstance(text: string, example: string): Parsed<string> {
  return isInstanceName(text)
    ? accept(text)
    : refuse(
        "is no instance name",
        `write 1 to 63 letters, digits, "_", "." and "-", beginning with a letter or digit, for example ${example}`,
      );
}
