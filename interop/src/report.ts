import type { KeptCell, KeptRun } from "./results.ts";

/** Renders a full run as `docs/interop.md`. */
export function renderReport(run: KeptRun): string {
  const features = [...new Map(run.cells.map((cell) => [cell.case, cell.feature]))];
  const head = ["vipcast …", ...run.daemons.map(({ title, version }) => `${title} ${version}`)];
  const rows = features.map(([id, feature]) => [
    feature,
    ...run.daemons.map(({ name }) => summary(run.cells.filter((cell) => cell.case === id && cell.daemon === name))),
  ]);
  return `# Interoperability

What vipcast was seen to do with real daemons: each cell is a session in network namespaces of its own, checked on both sides, and
every message vipcast sent was read by tshark ${run.tshark} without a warning (those of more than 4,096 octets, which it does not know, by a reader of the
harness's own). Generated from \`docs/interop.json\`, the last full run of
\`npx pnpm@10 prove\`: ${run.date}, commit ${run.commit}, Linux ${run.kernel}, Node ${run.node}. \`interop/README.md\` says how to add to it.

${table(head, rows)}
A number means that the cell has so many variants, all of which pass.
${section("Failures", run, "fail")}${triedAgain(run)}${section("What the peers lack", run, "lacks")}${section("Peers that were not there", run, "absent")}${figures(run)}${words(run)}`;
}

/** Cells that failed in the full run, beside others or before something was repaired. */
function triedAgain(run: KeptRun): string {
  const lines = run.cells.flatMap((cell) =>
    cell.again === undefined
      ? []
      : `- ${titleIn(run, cell)}: ${cell.state}, ${cell.again.date}, commit ${cell.again.commit}\n`,
  );
  return lines.length === 0 ? "" : `\n## Failed in the full run, and tried again by themselves\n\n${lines.join("")}`;
}

/** The state of one feature on one daemon, over its variants. */
function summary(cells: readonly KeptCell[]): string {
  const of = (state: KeptCell["state"]): readonly KeptCell[] => cells.filter((cell) => cell.state === state);
  const failed = of("fail");
  const passed = of("pass");
  if (failed.length > 0) return `**fail** (${failed.length} of ${cells.length})`;
  if (passed.length === 0) return of("absent").length > 0 ? "not run" : "peer lacks it";
  const lacking = of("lacks").length;
  return `pass${passed.length > 1 ? ` ${passed.length}` : ""}${lacking > 0 ? `, peer lacks ${lacking}` : ""}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return `${line(head)}${line(head.map(() => "---"))}${rows.map(line).join("")}`;
}

function titleIn(run: KeptRun, cell: KeptCell): string {
  const title = run.daemons.find(({ name }) => name === cell.daemon)?.title ?? cell.daemon;
  const variants = new Set(run.cells.filter((other) => other.case === cell.case).map(({ variant }) => variant));
  return `${title}, ${cell.case}${variants.size > 1 ? ` (${cell.variant})` : ""}`;
}

function section(title: string, run: KeptRun, state: KeptCell["state"]): string {
  const cells = run.cells.filter((cell) => cell.state === state);
  if (cells.length === 0) return "";
  return `\n## ${title}\n\n${cells.map((cell) => `- ${titleIn(run, cell)}: ${cell.reason ?? ""}\n`).join("")}`;
}

/** Every figure of every case, one row a figure and variant, one column a daemon. */
function figures(run: KeptRun): string {
  const rows = new Map<string, Map<string, number>>();
  for (const cell of run.cells)
    for (const [name, value] of Object.entries(cell.figures)) {
      const key = `${cell.case} (${cell.variant}): ${name}`;
      rows.set(key, (rows.get(key) ?? new Map<string, number>()).set(cell.daemon, value));
    }
  if (rows.size === 0) return "";
  const head = ["figure", ...run.daemons.map(({ title }) => title)];
  const body = [...rows].map(([key, values]) => [
    key,
    ...run.daemons.map(({ name }) => String(values.get(name) ?? "–")),
  ]);
  return `\n## Figures\n\n${table(head, body)}`;
}

function words(run: KeptRun): string {
  const noted = run.cells.filter(({ notes }) => notes.length > 0);
  if (noted.length === 0) return "";
  const lines = noted.map((cell) => `- ${titleIn(run, cell)}\n${cell.notes.map((note) => `  - ${note}\n`).join("")}`);
  return `\n## In the words of both sides\n\n${lines.join("")}`;
}
