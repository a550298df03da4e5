import { describe, expect, it } from "vitest";
import { MaintenanceWatch } from "../../src/loop/maintenance-watch.ts";
import { VipEntry } from "../../src/loop/vip-entry.ts";
import { portError } from "../fakes/fake-host.ts";
import { Loop } from "../fakes/loop.ts";
import { vip } from "../fakes/world.ts";

const FILE = "/run/maintenance";

function follow(watch: MaintenanceWatch, prefix = "192.0.2.1"): { entry: VipEntry; changes: () => number } {
  const entry = new VipEntry(vip(prefix, { maintenanceFile: FILE }), "serve");
  let changes = 0;
  watch.follow(entry, () => changes++);
  return { entry, changes: () => changes };
}

describe("a maintenance file", () => {
  it("is looked for at once and every second, and its coming and going are told once", async () => {
    const loop = new Loop();
    const { entry, changes } = follow(new MaintenanceWatch(loop.context, loop.health));
    expect(entry.maintenance?.present).toBeNull();
    await loop.clock.advance(0);
    expect([entry.maintenance?.present, changes()]).toEqual([false, 1]);
    loop.health.files.add(FILE);
    await loop.clock.advance(1000);
    expect([entry.maintenance?.present, changes()]).toEqual([true, 2]);
    await loop.clock.advance(5000);
    expect(changes()).toBe(2);
    loop.health.files.delete(FILE);
    await loop.clock.advance(1000);
    expect([entry.maintenance?.present, changes()]).toEqual([false, 3]);
  });

  it("is looked for once for all that name it, and no longer when nobody does", async () => {
    const loop = new Loop();
    let looks = 0;
    const { exists } = loop.health;
    loop.health.exists = (path) => {
      looks++;
      return exists.call(loop.health, path);
    };
    const watch = new MaintenanceWatch(loop.context, loop.health);
    const [one, two] = [follow(watch), follow(watch, "192.0.2.2")];
    await loop.clock.advance(0);
    expect([looks, one.changes(), two.changes()]).toEqual([1, 1, 1]);
    one.entry.maintenance?.stop();
    loop.health.files.add(FILE);
    await loop.clock.advance(1000);
    expect([one.changes(), two.changes()]).toEqual([1, 2]);
    two.entry.maintenance?.stop();
    await loop.clock.advance(10_000);
    expect([looks, loop.clock.pending]).toEqual([2, 0]);
  });

  it("that a file system does not answer for is not there after a second; what it answers later counts", async () => {
    const loop = new Loop();
    let answer: (present: boolean) => void = () => {};
    loop.health.exists = () => new Promise((resolve) => (answer = resolve));
    const { entry } = follow(new MaintenanceWatch(loop.context, loop.health));
    await loop.clock.advance(999);
    expect(entry.maintenance?.present).toBeNull();
    await loop.clock.advance(1);
    expect(entry.maintenance?.present).toBe(false);
    answer(true);
    await loop.clock.advance(0);
    expect(entry.maintenance?.present).toBe(true);
  });

  it("that cannot be seen has not changed, and that is said once", async () => {
    const loop = new Loop();
    loop.health.files.add(FILE);
    const { entry } = follow(new MaintenanceWatch(loop.context, loop.health));
    await loop.clock.advance(0);
    loop.health.fileTrouble = portError("EACCES", "permission denied");
    await loop.clock.advance(3000);
    expect(entry.maintenance?.present).toBe(true);
    expect(loop.said.filter((words) => words.includes("cannot be seen"))).toHaveLength(1);
  });

  it("under another name keeps the VIP drained until it was looked for", async () => {
    const loop = new Loop();
    const watch = new MaintenanceWatch(loop.context, loop.health);
    loop.health.files.add(FILE);
    const { entry } = follow(watch);
    await loop.clock.advance(0);
    entry.vip = vip("192.0.2.1", { maintenanceFile: "/run/other" });
    watch.follow(entry, () => {});
    expect(entry.maintenance).toMatchObject({ path: "/run/other", present: true });
    await loop.clock.advance(0);
    expect(entry.maintenance?.present).toBe(false);
    entry.vip = vip("192.0.2.1");
    watch.follow(entry, () => {});
    expect([entry.maintenance, loop.clock.pending]).toEqual([null, 0]);
  });

  it("is an error in the log where nobody can look", () => {
    const loop = new Loop();
    const { entry } = follow(new MaintenanceWatch(loop.context, null));
    expect(entry.maintenance).toBeNull();
    expect(loop.said).toEqual(["error a maintenance file cannot be seen: give the announcer ports.health"]);
  });
});
