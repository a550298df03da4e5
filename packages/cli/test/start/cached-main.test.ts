import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

describe.skipIf(!canMakeNamespaces)("vipcast run with a folder for caches", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("keeps in it what it compiled, and the next start takes all of it from there", async () => {
    const file = join(world.stateDir, "vipcast.yaml");
    const peers = "[{ address: 10.9.0.254, asn: 65000, port: 1790 }]";
    writeFileSync(
      file,
      `{ asn: 65001, stateDir: ${world.stateDir}/state, peers: ${peers}, vips: [{ prefix: 192.0.2.10 }] }`,
    );
    const caches = join(world.stateDir, "caches");
    const peer = await world.peer();
    const code = join(caches, "code");

    const first = world.run(file, { CACHE_DIRECTORY: `${caches}:/nonexistent` });
    await peer.lines.until("announced");
    await expect.poll(() => existsSync(code), { timeout: 5000 }).toBe(true);
    first.child.kill("SIGKILL");
    await first.exit;

    // Written again, it would be another file.
    const { ino } = statSync(code);
    utimesSync(code, 1, 1);
    const second = world.run(file, { CACHE_DIRECTORY: caches });
    await peer.lines.until("announced");
    // It would be written within a second, when nothing more is loaded.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    second.child.kill("SIGTERM");
    expect(await second.exit).toBe(0);
    expect(readdirSync(caches)).toEqual(["code"]);
    expect(statSync(code)).toMatchObject({ ino, mtimeMs: 1000 });
    expect(second.log()).not.toContain("Warning");
  });
});
