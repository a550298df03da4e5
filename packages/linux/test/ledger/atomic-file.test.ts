import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolder } from "../../src/ledger/atomic-file.ts";

describe("makeFolder", () => {
  let base = "";
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "vipcast-folder-"));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  test("makes a folder with its parents, and is content with one that is there", () => {
    const path = join(base, "a/b/c");
    expect(makeFolder(path)).toBeUndefined();
    expect(statSync(path).isDirectory()).toBe(true);
    expect(makeFolder(path)).toBeUndefined();
  });

  test("is content with a link to a folder", () => {
    symlinkSync(base, join(base, "link"));
    expect(makeFolder(join(base, "link"))).toBeUndefined();
  });

  test.each(["file", "file/below"])("refuses %s, where a file is in the way, with a remedy", (path) => {
    writeFileSync(join(base, "file"), "");
    expect(makeFolder(join(base, path))?.message).toMatch(/: E\w+: .+; a part of that path is a file: choose another/);
  });

  test("comes back with a remedy where no folder can be made", () => {
    const error = makeFolder("/proc/vipcast/state");
    expect(error?.message).toMatch(
      /^make the state folder \/proc\/vipcast\/state: ENOENT: .+; no folder can be made there/,
    );
  });
});
