import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rtnetlink } from "@vipcast/linux";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { automaticRouterId } from "../../src/announce/automatic-router-id.ts";
import { loadRouterId, saveRouterId } from "../../src/announce/router-id-file.ts";
import { createLog } from "../../src/output/log.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-router-id-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What an instance on a host with these addresses announces with. */
function start(instance: string | null, ...addresses: string[]): string {
  const kernel = new Rtnetlink();
  try {
    const observed = {
      addresses: addresses.map((address) => ({
        address,
        prefixLength: 24,
        interface: "eth0",
        scope: "global" as const,
        kind: "address" as const,
        mark: "other" as const,
      })),
      links: [],
    };
    return automaticRouterId(
      { vips: [], host: { kernel, mark: null, stateDir: folder, instance }, observed },
      createLog("fatal"),
      "--router-id",
    );
  } finally {
    kernel.close();
  }
}

describe("the router id that is kept", () => {
  test("is the instance's own: two that share a folder keep theirs apart", () => {
    expect(start(null, "10.0.0.9")).toBe("10.0.0.9");
    saveRouterId(folder, "blue", "10.0.0.1");
    saveRouterId(folder, "green", "10.0.0.2");
    expect(start("blue", "10.0.0.5")).toBe("10.0.0.1");
    expect(start("green", "10.0.0.5")).toBe("10.0.0.2");
    expect(start(null, "10.0.0.5")).toBe("10.0.0.9");
    expect(readdirSync(folder).sort()).toEqual(["blue.router-id", "green.router-id", "router-id"]);
  });

  test("is taken over from the folder's by an instance that has none yet, which keeps it from then on", () => {
    writeFileSync(join(folder, "router-id"), "10.0.0.7\n");
    expect(start("blue", "10.0.0.5")).toBe("10.0.0.7");
    expect(readFileSync(join(folder, "blue.router-id"), "utf8")).toBe("10.0.0.7\n");
    saveRouterId(folder, null, "10.0.0.8");
    expect(start("blue", "10.0.0.5")).toBe("10.0.0.7");
  });

  test("is chosen anew where the file says nothing that can be used", () => {
    for (const text of ["", "0.0.0.0", "2001:db8::1", "blue"]) {
      writeFileSync(join(folder, "blue.router-id"), text);
      expect(loadRouterId(folder, "blue")).toBeNull();
    }
    expect(start("blue", "10.0.0.5")).toBe("10.0.0.5");
    expect(loadRouterId(folder, "blue")).toBe("10.0.0.5");
  });
});
