import { accept, type Parsed, refuse } from "../arguments/problem.ts";
import { parseAddress } from "./address.ts";

/** A BGP identifier, or null for `auto`. `example` is the end of the remedy. */
export function parseRouterId(text: string, example: string): Parsed<string | null> {
  if (text === "auto") return accept(null);
  const address = parseAddress(text);
  if (address === null || address.version !== 4 || address.text === "0.0.0.0") {
    return refuse(
      "the router id has the form of an IPv4 address and is not 0.0.0.0 (RFC 6286)",
      `write for example ${example}`,
    );
  }
  return accept(address.text);
}
