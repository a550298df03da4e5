import type { ReloadChange } from "../../reload/change.ts";
import { listenText } from "../../values/listen.ts";
import type { ReloadPreview, Stopping } from "../resources/reload.ts";
import { type Answer, type Handler, json, refusal } from "../server/answer.ts";
import { findingOf } from "../server/findings.ts";
import { problemOf } from "../server/problem.ts";
import type { ControlTarget } from "../target.ts";

/** What changes the daemon as a whole. */
export function changeHandlers(
  target: ControlTarget,
): Readonly<Record<"reload" | "confirmReload" | "rollbackReload" | "stop" | "restart", Handler>> {
  const { daemon } = target;
  const ending = (how: "stop" | "stop-now" | "restart"): Answer => {
    const body: Stopping = { state: "stopping", pid: process.pid, stopTimeoutMs: daemon.stopTimeoutMs };
    // The answer first: afterwards nobody may be there to give it.
    return json(body, 202, () => target.end(how));
  };
  const waits = "A reload waits for its confirmation; confirm it, or roll it back, first.";
  const none = "No reload waits for a confirmation: it was confirmed, rolled back, or never asked for.";
  return {
    reload: async ({ body }) => {
      if (target.state() === "stopping") return refusal("stopping", "vipcast is stopping and is not reloaded.");
      const { dryRun = false, confirm = null } = (body ?? {}) as { dryRun?: boolean; confirm?: number };
      const result = await daemon.reload({ dryRun, confirmMs: confirm });
      switch (result.kind) {
        case "problems": {
          const problems = result.problems.map(findingOf);
          const detail = `${problems.map(({ sentence }) => sentence).join(" ")} Nothing was changed.`;
          return { kind: "problem", problem: problemOf("bad-configuration", detail, { problems }) };
        }
        case "busy":
          return refusal("conflict", waits);
        case "planned": {
          const { confirmation } = daemon;
          const preview: ReloadPreview = {
            dryRun,
            applied: !dryRun,
            changes: result.changes.map((change) => ({
              kind: change.kind,
              subject: subjectOf(change),
              cost: change.cost,
              ...("fields" in change ? { fields: change.fields } : {}),
              sentence: change.sentence,
            })),
            needsRestart: result.needsRestart,
            warnings: result.warnings,
            failures: result.failures,
            confirm:
              confirmation === null
                ? null
                : { until: confirmation.until.toISOString(), remainingMs: confirmation.remainingMs },
          };
          return json(preview);
        }
        default:
          return result satisfies never;
      }
    },
    confirmReload: async () => ((await daemon.confirm()) ? json({ outcome: "confirmed" }) : refusal("conflict", none)),
    rollbackReload: async () =>
      (await daemon.rollBack("somebody asked for it")) ? json({ outcome: "rolled-back" }) : refusal("conflict", none),
    stop: ({ body }) => ending((body as { skipDrain?: boolean } | undefined)?.skipDrain === true ? "stop-now" : "stop"),
    restart: async () => {
      if (target.state() === "stopping") return refusal("stopping", "vipcast is stopping already.");
      // The next process would run the files as they are, and never roll back.
      if (daemon.confirmation !== null) return refusal("conflict", waits);
      const problems = (await target.restartProblems()).map(findingOf);
      if (problems.length === 0) return ending("restart");
      const detail = `${problems.map(({ sentence }) => sentence).join(" ")} The next start would fail, and nothing was changed.`;
      return { kind: "problem", problem: problemOf("bad-configuration", detail, { problems }) };
    },
  };
}

function subjectOf(change: ReloadChange): string {
  switch (change.kind) {
    case "peer-add":
    case "peer-replace":
      return change.peer.address;
    case "peer-remove":
    case "peer-key":
      return change.address;
    case "vip-add":
    case "vip-change":
      return change.vip.prefix;
    case "vip-remove":
    case "vip-weight":
      return change.prefix;
    case "listen-add":
    case "listen-remove":
      return listenText(change.listen);
    case "stopping":
    case "metrics":
    case "log-level":
    case "control":
      return "";
    default:
      return change satisfies never;
  }
}
