import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownAddressTowards } from "../../src/router-config/own-address.ts";
import { vipcast } from "../support/in-process.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-router-"));
  // bgpd reads its configuration as a user of its own.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "key"), "s3cret-key\n", { mode: 0o600 });
  writeFileSync(
    join(folder, "vipcast.yaml"),
    `asn: 65001
listen: ["0.0.0.0:1179"]
peers:
  - { address: 10.0.0.254, asn: 65000, passwordFile: ${folder}/key, ttlSecurity: 1, addPath: send, gracefulRestart: 5, description: "rack 7" }
  - { address: 10.0.1.254, asn: 65000, multihop: 3, timers: { holdTime: 0 }, families: [ipv4] }
  - { address: "2001:db8::fe", asn: 65001, port: 1790, timers: fast, addPath: both }
  - { address: "fe80::1%eth0", asn: 65002, passive: true }
vips:
  - prefix: 192.0.2.10/32
  - prefix: 192.0.2.11/32
  - prefix: 2001:db8:2::10/128
`.replace('listen: ["0.0.0.0:1179"]', 'listen: ["0.0.0.0:1179", "[::]:1179"]'),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const peers = ["10.0.0.254", "10.0.1.254", "2001:db8::fe", "fe80::1%eth0"];

const ask = (...args: readonly string[]): ReturnType<typeof vipcast> =>
  vipcast("peers", "-c", join(folder, "vipcast.yaml"), ...args);

const programs = { bird: "/usr/sbin/bird", frr: "/usr/lib/frr/bgpd", gobgp: "/usr/bin/gobgpd" } as const;
const parse = { bird: ["-p", "-c"], frr: ["-C", "-f"], gobgp: ["--dry-run", "-l", "error", "-f"] } as const;

describe.each(["bird", "frr", "gobgp"] as const)("the router's side for %s", (router) => {
  test.skipIf(!existsSync(programs[router])).each(peers)("of %s is what the daemon itself takes", async (peer) => {
    const { code, out } = await ask(
      "--router-config",
      router,
      "--peer",
      peer,
      "--node",
      "10.0.0.1",
      "--node",
      "fe80::2",
    );
    expect(code).toBe(0);
    const file = join(folder, `${router}.conf`);
    writeFileSync(file, out);
    const { status, stdout, stderr } = spawnSync(programs[router], [...parse[router], file], { encoding: "utf8" });
    // GoBGP says that it has read the file. bgpd complains and exits with 0 all the same.
    const said = `${stdout}${stderr}`.replace(/^.*"level":"info".*\n/gm, "");
    expect([status, said]).toEqual([0, ""]);
  });

  test("accepts exactly the virtual IPs, and shows no key", async () => {
    const { out } = await ask("--router-config", router, "--peer", "10.0.0.254");
    expect(out).toContain("192.0.2.10/32");
    expect(out).toContain("2001:db8:2::10/128");
    expect(out).toContain("REPLACE-WITH-THE-KEY");
    expect(out).not.toContain("s3cret");
  });
});

test("BIRD forgets an error soon, and does not use a node that drains", async () => {
  const { out } = await ask(
    "--router-config",
    "bird",
    "--peer",
    "10.0.0.254",
    "--node",
    "10.0.0.1",
    "--node",
    "10.0.0.2",
  );
  expect(out).toContain("error wait time 1, 5;");
  expect(out).toContain("if (65535, 0) ~ bgp_community then bgp_local_pref = 0;");
  expect(out).toContain("merge paths on;");
  expect(out).toContain("add paths rx;");
  expect(out).toContain("protocol bgp vipcast_node2 from vipcast_nodes { neighbor 10.0.0.2 port 1179; }");
});

test("with --json each router is a text of its own, else standard error says that they are several files", async () => {
  const { out } = await ask("--router-config", "frr", "--json");
  expect((JSON.parse(out) as { routers: { peer: string }[] }).routers.map(({ peer }) => peer)).toEqual(peers);
  expect((await ask("--router-config", "frr")).err).toContain("These are 4 files, one for each router");
});

test.each([
  [
    ["--router-config", "cisco"],
    "--router-config cisco: is no router that a configuration can be written for; write bird or frr or gobgp.\n",
  ],
  [
    ["--router-config", "bird", "--peer", "10.9.9.9"],
    "--peer 10.9.9.9: is no peer of this configuration; write one of 10.0.0.254, 10.0.1.254, 2001:db8::fe, fe80::1%eth0.\n",
  ],
  [["--router-config", "bird", "--node", "x"], "--node x: is no address; write for example --node 10.0.0.1.\n"],
])("turns %j away", async (args, err) => {
  expect(await ask(...args)).toEqual({ code: 2, out: "", err });
});

test("the address of this host is the one in the peer's subnet, and never a virtual IP", () => {
  const interfaces = {
    lo: [
      { address: "127.0.0.1", cidr: "127.0.0.1/8" },
      { address: "10.0.0.9", cidr: "10.0.0.9/32" },
    ],
    eth0: [
      { address: "10.0.0.5", cidr: "10.0.0.5/24" },
      { address: "10.0.0.1", cidr: "10.0.0.1/24" },
      { address: "fe80::5", cidr: "fe80::5/64" },
    ],
    eth1: [{ address: "fe80::6", cidr: "fe80::6/64" }],
  };
  const virtual = new Set(["10.0.0.5"]);
  expect(ownAddressTowards("10.0.0.254", virtual, interfaces)).toBe("10.0.0.1");
  expect(ownAddressTowards("fe80::1%eth1", virtual, interfaces)).toBe("fe80::6");
  expect(ownAddressTowards("198.51.100.1", virtual, interfaces)).toBeNull();
});
