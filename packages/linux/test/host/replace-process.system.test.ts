import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("../..", import.meta.url));

/** What a program prints that replaces itself with `sh`, with its own process id before. */
function run(script: string): { readonly lines: readonly string[]; readonly code: number | null } {
  const source = `import { replaceProcess, LinuxError } from "./bundle/index.js"; import { writeSync } from "node:fs"; ${script}`;
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, KEPT: "yes" },
  });
  return { lines: stdout.trim().split("\n"), code: status };
}

it("goes on as another program with the same process id and environment, and no descriptor of before", () => {
  const { lines, code } = run(`
    import { createServer } from "node:net";
    createServer().listen(0, "127.0.0.1", () => {
      writeSync(1, process.pid + "\\n");
      replaceProcess("/bin/sh", ["-c", 'echo $$ $KEPT "$1"; ls -x -w 999 /proc/$$/fd; exit 7', "sh", "one two"]);
    });`);
  expect(code).toBe(7);
  const [before, after, open] = lines;
  expect(after).toBe(`${before} yes one two`);
  expect(
    open!
      .trim()
      .split(/\s+/)
      .filter((fd) => Number(fd) < 10),
  ).toEqual(["0", "1", "2"]);
});

it("throws when there is no such program", () => {
  const { lines } = run(`try { replaceProcess("/nonexistent/node", []); } catch (error) {
    writeSync(1, String(error instanceof LinuxError) + " " + error.message); }`);
  expect(lines).toEqual(["true run /nonexistent/node in the place of this process: ENOENT: no such file or directory"]);
});
