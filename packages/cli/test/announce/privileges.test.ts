import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const vip = "192.0.2.10/32";
const common = [vip, "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"];

describe.skipIf(!canMakeNamespaces)("a state folder that cannot be", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());
  const readOnly = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro none /mnt && exec "$@"', "sh"];

  test.each([
    ["on a read-only disk", "/mnt/vipcast/state", readOnly, /EROFS: .*the file system is read-only: remount it, or /],
    ["below /proc", "/proc/vipcast/state", [], /ENOENT: .*no folder can be made there: /],
    ["below a file", "/etc/hostname/state", [], /a part of that path is a file: /],
  ])("%s is named with the remedy, and nothing is bound", async (_, stateDir, wrap, words) => {
    const node = world.announce(common, { stateDir, wrap });
    expect(await node.exit).toBe(1);
    expect(node.log()).toMatch(words);
    expect(node.log()).toMatch(/choose another state folder with --state-dir\.\n$/);
    expect(world.loopback()).toEqual([]);
  });

  test("below /proc does not keep an announcement without binding from working", async () => {
    const peer = await world.peer();
    const node = world.announce([...common, "--no-bind"], { stateDir: "/proc/vipcast/state" });
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: vip });
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    expect(node.log()).toContain("the router id cannot be kept for the next start");
  });
});

describe.skipIf(!canMakeNamespaces)("an ordinary user", () => {
  let world: World;
  let home = "";
  const nobody = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=-all",
    "--bounding-set=-all",
  ];
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "vipcast-cli-home-"));
    execFileSync("chown", ["65534:65534", home]);
  });
  afterAll(() => rmSync(home, { recursive: true }));
  beforeEach(() => {
    world = new World();
    execFileSync("chown", ["65534:65534", world.stateDir]);
  });
  afterEach(() => world.close());

  test("who may not bind is told the capability and how to give it, before anything happens", async () => {
    const peer = await world.peer();
    const node = world.announce(common, { wrap: nobody });
    expect(await node.exit).toBe(1);
    expect(node.log()).toContain(
      "virtual IPs cannot be bound: this needs CAP_NET_ADMIN: run as root, or set AmbientCapabilities=CAP_NET_ADMIN",
    );
    expect(node.log()).toContain("or leave binding to others with --no-bind");
    expect(peer.lines.names).toEqual(["ready"]);
  });

  test("who may not listen on port 179 is told the capability", async () => {
    const node = world.announce(
      [vip, "--no-bind", "--asn", "65001", "--listen", "10.9.0.1", "--peer", "10.9.0.254,asn=65000,passive"],
      { wrap: nobody },
    );
    expect(await node.exit).toBe(1);
    expect(node.log()).toContain("CAP_NET_BIND_SERVICE");
    expect(node.log()).toContain("nothing was bound");
  });

  test("announces without binding with --no-bind, and keeps the router id in the user's own folder", async () => {
    const peer = await world.peer();
    const env = { HOME: home, XDG_STATE_HOME: home };
    const node = world.announce([...common, "--no-bind"], { wrap: nobody, env });
    expect(await peer.lines.until("announced")).toMatchObject({ prefix: vip, bound: false });
    expect(world.loopback()).toEqual([]);
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);
    await peer.lines.until("withdrawn");
  });

  test("in a namespace that belongs to somebody else is told so when the kernel refuses, and the route never leaves", async () => {
    execFileSync("chown", ["0:0", world.stateDir]);
    const peer = await world.peer();
    // Root of a user namespace of its own, in a network namespace it does not own: it has the capability, and it is worth nothing here.
    const node = world.announce(common, { wrap: ["unshare", "--user", "--map-root-user"] });
    expect(await node.exit).toBe(1);
    expect(node.log()).toContain("CAP_NET_ADMIN");
    expect(peer.lines.of("announced")).toEqual([]);
  });
});
