import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../..", import.meta.url));

function run(script: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe("importing the package", () => {
  it("loads no native code and opens nothing until the kernel is asked", () => {
    const loaded = run(`
      import { readFileSync } from "node:fs";
      const koffi = () => readFileSync("/proc/self/maps", "utf8").includes("koffi");
      const { Rtnetlink, ownershipMark, Ledger } = await import("./bundle/index.js");
      const rtnetlink = new Rtnetlink();
      new Ledger({ stateDir: "/nonexistent", mark: ownershipMark() });
      const before = koffi();
      rtnetlink.links();
      console.log(before, koffi());`);
    expect(loaded).toBe("false true");
  });

  it("works where there is no Linux kernel, until used", () => {
    const message = run(`
      Object.defineProperty(process, "platform", { value: "darwin" });
      const { Rtnetlink, LinuxError } = await import("./bundle/index.js");
      try { new Rtnetlink().links(); } catch (error) { console.log(error instanceof LinuxError, error.message); }`);
    expect(message).toBe("true load the C library: ENOSYS: the platform is darwin, and this needs the Linux kernel");
  });

  it("names koffi in one source file", () => {
    const sources = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".ts"),
    );
    const users = sources.filter((name) => /["']koffi["']/.test(readFileSync(join(folder, "src", name), "utf8")));
    expect(users).toEqual([join("libc", "koffi.ts")]);
  });
});
