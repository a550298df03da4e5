import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildVip } from "../../src/config/read-config.ts";
import { vipSchema } from "../../src/config/schema/vip.ts";
import { valueSources } from "../../src/control/server/findings.ts";
import { DeclaredVips } from "../../src/run/declared-vips.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-declared-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function declared(written: Readonly<Record<string, unknown>>, persisted: boolean): Parameters<DeclaredVips["set"]>[0] {
  const { vip, weightFrom } = buildVip(vipSchema.parse(written), valueSources(written), []);
  if (vip === null) throw new Error("the virtual IP is not valid");
  return { vip, weightFrom, written, persisted };
}

describe("DeclaredVips", () => {
  const written = {
    prefix: "192.0.2.10",
    drain: "2s",
    check: { http: "http://127.0.0.1/", headers: { a: "hunter2" } },
  };

  test("keeps what is to stay, as it was written, for nobody else to read", async () => {
    const first = new DeclaredVips(folder);
    expect(await first.set(declared(written, true))).toBeNull();
    expect(await first.set(declared({ prefix: "192.0.2.11" }, false))).toBeNull();
    const file = join(folder, "vips.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ vips: [written] });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const second = new DeclaredVips(folder);
    expect(second.load()).toEqual([]);
    expect(second.all()).toEqual([{ ...declared(written, true), written: expect.anything() }]);
    expect(await second.remove("192.0.2.10/32")).toBeNull();
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ vips: [] });
  });

  test("one that is not to stay any more goes from the file, and instances have a file each", async () => {
    const blue = new DeclaredVips(folder, "blue");
    await blue.set(declared({ prefix: "192.0.2.10" }, true));
    await blue.set(declared({ prefix: "192.0.2.10" }, false));
    expect(JSON.parse(readFileSync(join(folder, "blue.vips.json"), "utf8"))).toEqual({ vips: [] });
    expect(existsSync(join(folder, "vips.json"))).toBe(false);
  });

  test.each([
    ["{", /vips.json:1:2: is not valid YAML/],
    [
      '{"vips": [{"prefix": "192.0.2.10"}, {"prefix": "192.0.2.11", "drian": 1}]}',
      /vips.json:1:62: vips\[1\].drian: is not a key of vips\[1\]; did you mean drain/,
    ],
    ['{"vips": [{"prefix": "127.0.0.1"}]}', /127.0.0.1\/32 is a loopback address/],
  ])("a file that is damaged is put aside as a whole: %s", (text, sentence) => {
    const file = join(folder, "vips.json");
    writeFileSync(file, text);
    const vips = new DeclaredVips(folder);
    expect(vips.load().join(" ")).toMatch(sentence);
    expect(vips.all()).toEqual([]);
    expect(readFileSync(`${file}.damaged`, "utf8")).toBe(text);
    expect(new DeclaredVips(folder).load()).toEqual([]);
  });

  test("says when it cannot be written, and counts all the same", async () => {
    writeFileSync(join(folder, "file"), "");
    const vips = new DeclaredVips(join(folder, "file/state"));
    expect(await vips.set(declared({ prefix: "192.0.2.10" }, true))).toMatch(/file\/state/);
    expect(vips.get("192.0.2.10/32")).toBeDefined();
  });
});
