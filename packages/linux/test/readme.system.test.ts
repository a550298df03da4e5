import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { namespacesWork } from "./support/namespace.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^## ([^\n]+)\n.*?```js\n(.*?)```/gms)].map(([, title = "", code = ""]) => ({
  title,
  code,
}));

describe.skipIf(!namespacesWork)("the README", () => {
  it("has an example for each area", () => {
    expect(examples).toHaveLength(5);
  });

  it.each(examples)("has an example that works: $title", ({ code }) => {
    const unshare = process.getuid?.() === 0 ? ["-n"] : ["-rn"];
    const { status, stderr } = spawnSync(
      "unshare",
      [...unshare, "--", process.execPath, "--input-type=module", "-e", code],
      { cwd: folder, encoding: "utf8", timeout: 9000 },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
