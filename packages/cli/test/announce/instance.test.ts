import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInstanceName, ownershipMark } from "@vipcast/linux";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimInstance, instanceName } from "../../src/announce/instance.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("an instance", () => {
  test("is everybody's default in root's default folder, and else named after its folder", () => {
    expect(instanceName("/var/lib/vipcast")).toBe("default");
    expect(instanceName("/var/lib/vipcast/")).toBe("default");
    expect(instanceName("/srv/a b")).toBe("dir_srv_a_b");
    expect(instanceName("/srv/other")).not.toBe(instanceName("/srv/another"));
  });

  test.each(["/", `/${"long/".repeat(40)}`, "/ünï/cödé", "/.hidden/-x"])("has a valid name for %s", (path) => {
    expect(isInstanceName(instanceName(path))).toBe(true);
  });

  test("can be claimed once at a time for each folder and for each mark, and again after a release", async () => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    const mark = ownershipMark("claimed-once");
    const first = await claimInstance(a, mark);
    if (!first.ok) throw new Error(first.message);
    expect(await claimInstance(a, mark)).toMatchObject({
      ok: false,
      message: expect.stringContaining(`another vipcast uses the state folder ${a}`),
    });
    expect(await claimInstance(b, mark)).toMatchObject({
      ok: false,
      message: expect.stringContaining("each would remove the other's"),
    });
    first.claim.release();
    const second = await claimInstance(b, mark);
    expect(second.ok).toBe(true);
    if (second.ok) second.claim.release();
  });

  test("cannot be claimed in a folder that cannot be made, which the message says with the remedy", async () => {
    writeFileSync(join(folder, "file"), "");
    const outcome = await claimInstance(join(folder, "file/below"), ownershipMark("nowhere"));
    expect(outcome).toMatchObject({ ok: false, message: expect.stringMatching(/ENOTDIR.*--state-dir$/s) });
  });

  test("is refused in the words of whoever asks", async () => {
    const mark = ownershipMark("in-words");
    const first = await claimInstance(folder, mark);
    if (!first.ok) throw new Error(first.message);
    const words = { stateDir: "stateDir", instance: "instance" };
    expect(await claimInstance(folder, mark, words)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/choose another folder with stateDir or another name with instance$/),
    });
    first.claim.release();
  });
});
