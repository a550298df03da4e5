import type { Announcer, Explanation } from "@vipcast/announcer";

/** How long one turn may take, milliseconds: sessions and health checks have theirs in between. */
const turnMs = 5;

/** Every VIP's explanation, made in short turns of the event loop: there may be thousands. One that goes away meanwhile is left out. */
export async function explainInTurns(announcer: Pick<Announcer, "prefixes" | "explain">): Promise<Explanation[]> {
  const explanations: Explanation[] = [];
  let startedMs = performance.now();
  for (const prefix of announcer.prefixes()) {
    if (performance.now() - startedMs > turnMs) {
      await new Promise((resolve) => setImmediate(resolve));
      startedMs = performance.now();
    }
    const explanation = announcer.explain(prefix);
    if (explanation.state !== "unknown") explanations.push(explanation);
  }
  return explanations;
}
