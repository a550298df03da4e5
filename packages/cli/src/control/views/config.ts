import type { ConfigView } from "../resources/config.ts";
import type { ConfigState } from "../resources/status.ts";
import { findingOf } from "../server/findings.ts";
import type { ControlTarget } from "../target.ts";

/** How what runs stands to the files. */
export function configState({ daemon, configFile }: Pick<ControlTarget, "daemon" | "configFile">): ConfigState {
  const { files, loadedAt, stale, needsRestart, lastRollback } = daemon.files;
  const { confirmation } = daemon;
  return {
    file: configFile,
    files,
    loadedAt: loadedAt.toISOString(),
    stale: stale !== null,
    staleSince: stale?.since.toISOString() ?? null,
    staleReason: stale?.reason ?? null,
    problems: stale?.problems.map(findingOf) ?? [],
    needsRestart,
    confirm:
      confirmation === null ? null : { until: confirmation.until.toISOString(), remainingMs: confirmation.remainingMs },
    lastRollback: lastRollback === null ? null : { at: lastRollback.at.toISOString(), reason: lastRollback.reason },
  };
}

/** What runs, without the secrets in it. The keys of sessions are not part of it. */
export function configView(target: Pick<ControlTarget, "daemon" | "configFile">): ConfigView {
  const { daemon } = target;
  return {
    state: configState(target),
    running: redacted(daemon.running.settings) as Record<string, unknown>,
    overApi: daemon.allDeclared().map(({ vip, written, persisted }) => ({
      vip: vip.prefix,
      persisted,
      declared: redacted(written) as Record<string, unknown>,
    })),
  };
}

/** Mappings whose values are never shown: the headers of a check, and the environment of a program. */
const secretTables: readonly string[] = ["headers", "env"];

/** A copy in which no secret is left: those tables, and the query of a URL, which is how some services are told who asks. */
export function redacted(value: unknown, key = ""): unknown {
  if (typeof value === "string") return value.replace(/^(https?:\/\/[^?#\s]*)\?.*$/s, "$1?***");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redacted(item));
  const hidden = secretTables.includes(key);
  const entries: readonly [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([name, inner]) => [name, hidden ? "***" : redacted(inner, name)]));
}
