import { parseVip } from "@vipcast/announcer";
import { nearest } from "../../arguments/suggest.ts";
import { type Answer, refusal } from "../server/answer.ts";
import { shownPath } from "../server/route-request.ts";
import type { ControlTarget } from "../target.ts";

/** A virtual IP in a path: its normal form, or why it is none. */
export type NamedVip = { readonly prefix: string } | { readonly answer: Answer };

/** Reads what stands in a path. It need not be declared. */
export function readVipName(written: string): NamedVip {
  const parsed = parseVip({ prefix: written, allowAggregates: true });
  if (parsed.ok) return { prefix: parsed.vip.prefix };
  // What the guards refuse is a prefix all the same, and explain says why it is not announced.
  const [refused] = parsed.refusals;
  if (refused !== undefined && refused.rule !== "syntax" && refused.rule !== "option" && refused.rule !== "host-bits")
    return { prefix: refused.vip };
  const sentence = refused?.message ?? "is no address";
  return {
    answer: refusal("bad-value", `${sentence.startsWith(written) ? "" : `${shownPath(written)}: `}${sentence}.`),
  };
}

/** The same for one that must be there: in the intent, or on its way out of it. */
export function findVip(written: string, { announcer }: Pick<ControlTarget, "announcer">): NamedVip {
  const named = readVipName(written);
  if ("answer" in named || announcer.explain(named.prefix).state !== "unknown") return named;
  const known = announcer.prefixes();
  const near = nearest(named.prefix, known);
  const remedy =
    known.length === 0
      ? "there is none yet; declare it in the configuration, or with PUT"
      : near !== null
        ? `did you mean ${near}`
        : `use one of ${known.slice(0, 5).join(", ")}${known.length > 5 ? ", …" : ""}`;
  return { answer: refusal("unknown-vip", `${named.prefix}: is not a virtual IP of this node; ${remedy}.`) };
}
