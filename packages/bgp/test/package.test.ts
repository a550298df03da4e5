import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const reports = readdirSync(join(folder, "etc")).filter((name) => name.endsWith(".api.md"));

describe("the package", () => {
  it("brings nothing else along", () => {
    for (const field of ["dependencies", "peerDependencies", "optionalDependencies"])
      expect(Object.keys(manifest[field] ?? {}), field).toEqual([]);
  });

  it("has a report for each entry", () => {
    expect(reports.length).toBe(Object.keys(manifest.exports).length);
  });

  it.each(reports)("names no type of Node's in %s", (name) => {
    const report = readFileSync(join(folder, "etc", name), "utf8");
    expect(report).toContain("Uint8Array");
    // `ArrayBuffer` is everybody's; a word of its own is not.
    expect(report.match(/\b(Buffer|NodeJS|EventEmitter)\b|["']node:/g) ?? []).toEqual([]);
  });
});
