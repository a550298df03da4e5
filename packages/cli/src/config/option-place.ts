import { durationText } from "../values/numbers.ts";

/** Names of options that are one key of a virtual IP in a file. */
const keys: ReadonlySet<string> = new Set([
  "med",
  "localPref",
  "prepend",
  "interface",
  "adopt",
  "ecmp",
  "weight",
  "whenUnhealthy",
  "maintenanceFile",
]);

/** What the library says of an option (`ecmp.failbackMs is 60000 …`), in the words of a file: the key it speaks of, below the virtual IP, and the rule. */
export function optionPlace(text: string): { readonly key: readonly string[]; readonly rule: string } {
  const rule = text.replace(/^(ecmp\.failback)Ms is (\d+)/, (_, key: string, ms: string) => {
    return `${key} is ${durationText(Number(ms))}`;
  });
  const [, first = "", second] = /^([A-Za-z]+)(?:\.([A-Za-z]+))?\b/.exec(rule) ?? [];
  if (!keys.has(first)) return { key: [], rule };
  return { key: second === undefined ? [first] : [first, second], rule };
}
