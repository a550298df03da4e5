// Runs vitest and closes with one line `N passed, N failed[, N skipped]`, counted from vitest's own JSON report.
// Arguments go to vitest: `test.mjs --project unit packages/bgp`. A run without a single executed test fails; with CI=true a
// skipped test fails too, because CI has every peer.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "vipcast-test-"));
const report = join(folder, "report.json");
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const run = spawnSync(
  process.execPath,
  [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit" },
);

let counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
try {
  counts = JSON.parse(readFileSync(report, "utf8"));
} catch (error) {
  console.error(`vitest left no report: ${error.message}`);
}
rmSync(folder, { recursive: true, force: true });

const skipped = counts.numPendingTests + counts.numTodoTests;
const executed = counts.numPassedTests + counts.numFailedTests;
if (executed === 0) console.error("no test was executed");
const skipsFail = process.env.CI === "true" && skipped > 0;
if (skipsFail) console.error("a skipped test fails the run in CI");
console.log(
  `${counts.numPassedTests} passed, ${counts.numFailedTests} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
);
process.exit(run.status !== 0 || executed === 0 || skipsFail ? 1 : 0);
