import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { canMakeNamespaces, cli, World } from "../support/world.ts";

const original = fileURLToPath(new URL("../../systemd/vipcast.service", import.meta.url));
const text = readFileSync(original, "utf8");
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
/** What systemd's own assessment may come to, of 10: 2.2 today. */
const exposureBound = 2.5;

describe.skipIf(!hasSystemd)("the systemd unit", () => {
  const folder = mkdtempSync(join(tmpdir(), "vipcast-unit-"));
  const unit = join(folder, "vipcast.service");
  beforeAll(() => {
    // systemd looks for the program in its own path, where a checkout does not install it.
    writeFileSync(unit, text.replaceAll(/=vipcast (run|check)/g, `=${cli} $1`));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is one in which systemd finds nothing wrong", () => {
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: "" });
    writeFileSync(join(folder, "broken.service"), text.replace("ExecStart=vipcast", "ExecStart=/nonexistent/vipcast"));
    expect(spawnSync("systemd-analyze", ["verify", "--man=no", join(folder, "broken.service")]).status).not.toBe(0);
  });

  test("exposes no more than it has to", () => {
    const said = execFileSync("systemd-analyze", ["security", "--offline=true", unit], { encoding: "utf8" });
    const exposure = Number(/Overall exposure level for vipcast\.service: ([\d.]+)/.exec(said)?.[1]);
    expect(exposure).toBeGreaterThan(0);
    expect(exposure).toBeLessThanOrEqual(exposureBound);
  });
});

describe.skipIf(!canMakeNamespaces)("the capabilities of the systemd unit", () => {
  let world: World;
  afterEach(() => world.close());

  test("are enough to bind, to listen on port 179, to speak BGP and to stop in order", async () => {
    world = new World();
    const [, names = ""] = /^CapabilityBoundingSet=(.*)$/m.exec(text) ?? [];
    const bounding = names.split(" ").map((name) => `+${name.replace(/^CAP_/, "").toLowerCase()}`);
    expect(bounding).toEqual(["+net_admin", "+net_bind_service"]);
    const peer = await world.peer();
    const args = ["192.0.2.10", "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790", "--listen", "10.9.0.1"];
    const wrap = ["setpriv", `--bounding-set=-all,${bounding.join(",")}`, "--inh-caps=-all", "--no-new-privs"];
    const node = world.announce(args, { wrap });
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: "192.0.2.10/32", bound: true });
    expect(readFileSync(`/proc/${node.child.pid}/status`, "utf8")).toMatch(/CapEff:\s+0000000000001400/);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
  });
});
