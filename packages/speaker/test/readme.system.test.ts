import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's example works as it stands", async () => {
  const [, example] = readFileSync(new URL("../README.md", import.meta.url), "utf8").split(/```(?:js)?\n/);
  const options = { cwd: fileURLToPath(new URL("..", import.meta.url)), timeout: 9000 };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", example ?? ""], options);
  expect(stdout.split("\n")).toEqual([
    "router: 192.0.2.10/32 came",
    "host: stopped on our side: the example is over",
    "router: 192.0.2.10/32 went, it had 32 bits",
    "",
  ]);
});
