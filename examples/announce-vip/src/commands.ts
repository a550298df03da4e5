import type { Announcer, DesiredVip, Explanation } from "@vipcast/announcer";
import { parseVips } from "@vipcast/announcer";

/**
 * Carries out one line, such as `set 192.0.2.10/32`, and returns what it asked to see. A real controller does the same in its
 * watch loop. Throws a sentence where the line makes no sense.
 */
export function obey(announcer: Announcer, line: string): readonly Explanation[] {
  const [verb = "", ...words] = line.trim().split(/\s+/);
  switch (verb) {
    case "":
      return [];
    case "set":
      announcer.apply({ set: vipsOf(announcer, words) });
      return [];
    case "remove":
      announcer.apply({ remove: prefixesOf(announcer, words) });
      return [];
    case "drain":
      // Resolves at its end, which the events tell as well; rejects for a VIP that is not in the intent.
      for (const prefix of prefixesOf(announcer, words))
        announcer.drain(prefix).catch((error: Error) => console.error(error.message));
      return [];
    case "undrain":
      for (const prefix of prefixesOf(announcer, words)) announcer.undrain(prefix);
      return [];
    case "explain":
      return words.length === 0 ? announcer.vips() : words.map((word) => announcer.explain(word));
    default:
      throw new Error(`"${verb}" is none of set, remove, drain, undrain and explain`);
  }
}

/** Where a real controller turns its own resources into VIPs. A refused one is told like any other event, and changes nothing. */
function vipsOf(announcer: Announcer, words: readonly string[]): readonly DesiredVip[] {
  const { vips, refusals } = parseVips(words.map((prefix) => ({ prefix })));
  for (const { vip, rule, message } of refusals) announcer.report({ event: "vip.refused", vip, rule }, [message]);
  return vips;
}

function prefixesOf(announcer: Announcer, words: readonly string[]): readonly string[] {
  return vipsOf(announcer, words).map(({ prefix }) => prefix);
}
