// The table of docs/metrics.md, from the definitions that the daemon serves (packages/cli/src/metrics/definitions.ts).
import { readFileSync } from "node:fs";
import { join } from "node:path";

const begin = "<!-- metrics -->";
const end = "<!-- end of metrics -->";

/** docs/metrics.md with the table of today; the prose around it stays. */
export async function metricsPage(root) {
  const { definitions } = await import(join(root, "packages/cli/dist/metrics/definitions.js"));
  const rows = Object.entries(definitions).map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help.replaceAll("|", "\\|")} |`,
  );
  const table = ["| metric | type | labels | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n");
  const text = readFileSync(join(root, "docs/metrics.md"), "utf8");
  const [before, after] = [text.indexOf(begin), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`docs/metrics.md has no ${begin} … ${end}`);
  return `${text.slice(0, before + begin.length)}\n\n${table}\n\n${text.slice(after)}`;
}
