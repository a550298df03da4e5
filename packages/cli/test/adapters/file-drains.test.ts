import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileDrains } from "../../src/adapters/file-drains.ts";

describe("drains in a file", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vipcast-drains-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string): void => writeFileSync(join(folder, "drains.json"), text);

  test("of instances that share a folder are apart", async () => {
    expect(await new FileDrains(folder, "east").save({ node: true, vips: [] })).toEqual({ ok: true });
    for (const other of [new FileDrains(folder), new FileDrains(folder, "west")])
      expect(await other.load()).toEqual({ ok: true, drained: { node: false, vips: [] } });
    expect(await new FileDrains(folder, "east").load()).toEqual({ ok: true, drained: { node: true, vips: [] } });
  });

  test("are what was saved, in words that people can read and write", async () => {
    const drains = new FileDrains(join(folder, "not", "there"));
    expect(await drains.load()).toEqual({ ok: true, drained: { node: false, vips: [] } });
    expect(await drains.save({ node: true, vips: ["192.0.2.10/32"] })).toEqual({ ok: true });
    expect(await new FileDrains(join(folder, "not", "there")).load()).toEqual({
      ok: true,
      drained: { node: true, vips: ["192.0.2.10/32"] },
    });
    expect(JSON.parse(readFileSync(join(folder, "not", "there", "drains.json"), "utf8"))).toEqual({
      version: 1,
      node: true,
      vips: ["192.0.2.10/32"],
    });
    write('{"version": 1, "node": false, "vips": ["2001:DB8:0::1"]}');
    expect(await new FileDrains(folder).load()).toEqual({
      ok: true,
      drained: { node: false, vips: ["2001:db8::1/128"] },
    });
  });

  test.each(["", "{", "null", "[]", '{"version":2,"node":false,"vips":[]}', '{"version":1,"node":1,"vips":[]}'])(
    "that are %j are damaged, and say what to do",
    async (text) => {
      write(text);
      expect(await new FileDrains(folder).load()).toMatchObject({
        ok: false,
        code: "ERR_DRAINS_DAMAGED",
        message: expect.stringMatching(/drains\.json is damaged; drain again/),
      });
    },
  );

  test.each([
    '{"version":1,"node":false,"vips":["nonsense"]}',
    '{"version":1,"node":false,"vips":[7]}',
    '{"version":1,"node":false,"vips":"all"}',
  ])("with a wrong VIP, %s, are damaged", async (text) => {
    write(text);
    expect(await new FileDrains(folder).load()).toMatchObject({ ok: false, code: "ERR_DRAINS_DAMAGED" });
  });

  test("say why they cannot be read or written", async () => {
    write("x");
    const inFile = new FileDrains(join(folder, "drains.json"));
    expect(await inFile.load()).toMatchObject({ ok: false, code: "ENOTDIR" });
    expect(await inFile.save({ node: false, vips: [] })).toMatchObject({ ok: false });
  });
});
