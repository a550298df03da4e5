// Branch coverage of the codec by its own tests: prints each branch that no test takes and fails below 95 %. There are no ignore
// comments. The public vectors stay out, so that the figure is the same on every machine. `--write` brings docs/codec-coverage.md up to date.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const wanted = 95;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = "packages/bgp/src/codec";
const folder = mkdtempSync(join(tmpdir(), "vipcast-coverage-"));

function measure() {
  const args = [
    "run",
    "--project",
    "unit",
    "--reporter=dot",
    "--testTimeout=60000",
    "packages/bgp/test/codec",
    "--coverage.enabled",
  ];
  const options = ["provider=v8", `include=${sources}/**`, "reporter=json", `reportsDirectory=${folder}`];
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), ...args, ...options.map((option) => `--coverage.${option}`)],
    {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, VIPCAST_FIXTURES: join(folder, "none") },
    },
  );
  if (status !== 0) throw new Error(`the tests of the codec fail: vitest run --project unit packages/bgp/test/codec`);
  return JSON.parse(readFileSync(join(folder, "coverage-final.json"), "utf8"));
}

/** Every branch with whether it was taken; `line` counts from 1. */
function branchesOf(coverage) {
  const branches = [];
  for (const [path, file] of Object.entries(coverage)) {
    const lines = readFileSync(path, "utf8").split("\n");
    for (const [id, { type, loc, locations }] of Object.entries(file.branchMap)) {
      locations.forEach((location, index) => {
        // An `if` without `else` has no place of its own for the way around it.
        const line = location.start?.line ?? loc.start.line;
        const kind = type === "if" ? (index === 0 ? "if" : "else") : type;
        const text = lines[line - 1].trim();
        branches.push({ file: relative(join(root, sources), path), line, kind, text, taken: file.b[id][index] > 0 });
      });
    }
  }
  return branches.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}

let branches;
try {
  branches = branchesOf(measure());
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (branches !== undefined) {
  const uncovered = branches.filter(({ taken }) => !taken);
  const percent = ((branches.length - uncovered.length) / branches.length) * 100;
  for (const { file, line, kind, text } of uncovered) console.log(`${sources}/${file}:${line} ${kind}: ${text}`);
  const figure = `${branches.length - uncovered.length} of ${branches.length} branches, ${percent.toFixed(1)} %`;
  console.log(`${sources}: ${figure}; at least ${wanted} % are asked for`);
  if (process.argv.includes("--write")) writeFileSync(join(root, "docs/codec-coverage.md"), page(figure, uncovered));
  if (branches.length === 0 || percent < wanted) process.exitCode = 1;
}

function page(figure, uncovered) {
  const rows = uncovered.map(
    ({ file, kind, text }) => `| \`${file}\` | ${kind} | \`${text.replaceAll("|", "\\|")}\` |`,
  );
  return `# Branch coverage of the codec

Written by \`npx pnpm@10 coverage:codec --write\`, which measures the tests in \`packages/bgp/test/codec\` with V8's coverage, without the
public vectors and without ignore comments, and fails below ${wanted} %.

Covered: ${figure}. What no test takes:

| file | branch | line |
|---|---|---|
${rows.join("\n")}

A \`default\` that is only \`satisfies never\` is there for the compiler: no value reaches it.
`;
}
