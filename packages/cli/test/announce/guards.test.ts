import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canMakeNamespaces, World } from "../support/world.ts";

const rest = ["--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"];

/** A virtual IP that must not be one, the stable name of the rule, and words of the sentence. */
const refused: readonly (readonly [vip: string, rule: string, words: string])[] = [
  ["10.9.0.1/32", "host-address", "is an address of this host (10.9.0.1/24 on eth0)"],
  ["10.9.0.254/32", "peer-address", "is the address of the peer 10.9.0.254"],
  ["127.0.0.1/32", "loopback", "is a loopback address"],
  ["::1/128", "loopback", "is a loopback address"],
  ["fe80::1/128", "link-local", "is link-local"],
  ["224.0.0.1/32", "multicast", "is multicast"],
  ["ff02::1/128", "multicast", "is multicast"],
  ["0.0.0.0/0", "default-route", "default route"],
  ["0.0.0.0/32", "unspecified", "unspecified"],
  ["255.255.255.255/32", "broadcast", "broadcast"],
  ["10.0.0.0/8", "aggregate", "is an aggregate"],
  ["192.0.2.10/24", "host-bits", "192.0.2.10/24"],
  ["10.9.0.7/32", "on-link", "is inside 10.9.0.0/24, which eth0 is connected to"],
  ["2001:db8:9::7/128", "on-link", "is inside 2001:db8:9::/64, which eth0 is connected to"],
  ["10.9.0.255/32", "broadcast", "is the broadcast address of 10.9.0.0/24"],
  ["somewhere", "syntax", "somewhere"],
];

describe.skipIf(!canMakeNamespaces)("a virtual IP that must not be one", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("is refused with one sentence, exit 2, nothing bound and no session opened, each and all at once", async () => {
    const peer = await world.peer();
    const node = world.announce([...refused.map(([vip]) => vip), ...rest]);
    expect(await node.exit).toBe(2);
    const sentences = node.log().trim().split("\n");
    expect(sentences.pop()).toBe(
      "Nothing was bound and no session was opened; vipcast announce --help shows the options.",
    );
    expect(sentences).toHaveLength(refused.length);
    for (const [, , words] of refused) expect(node.log()).toContain(words);
    const events = node.lines.all.map(({ vip, rule }) => [vip, rule]);
    for (const [vip, rule] of refused) expect(events).toContainEqual([vip, rule]);
    expect(peer.lines.names).toEqual(["ready"]);
    expect(world.loopback()).toEqual([]);
  });

  test("is accepted inside a connected subnet with --allow-on-link", async () => {
    const node = world.announce(["10.9.0.7/32", ...rest, "--allow-on-link"]);
    expect(await node.lines.until("vip.bound")).toMatchObject({ vip: "10.9.0.7/32" });
  });

  test("is refused on an interface that does not exist", async () => {
    const node = world.announce(["192.0.2.10/32", ...rest, "--interface", "vip0"]);
    expect(await node.exit).toBe(2);
    expect(node.log()).toContain("the interface vip0, which this host does not have");
  });

  test("is refused as router id, where it would be the same on every node", async () => {
    const node = world.announce(["192.0.2.10/32", ...rest, "--router-id", "192.0.2.10"]);
    expect(await node.exit).toBe(2);
    expect(node.log()).toContain(
      "--router-id 192.0.2.10: is a virtual IP, which every node has; write an address that this host alone has, or leave it out.",
    );
  });

  test("ends with exit 2 before anything is touched when an option names what this host has not", async () => {
    const peer = await world.peer();
    const more = [
      ...["--peer", "10.9.0.253,asn=65000,source=10.9.0.9"],
      ...["--peer", "10.9.0.252,asn=65000,interface=eth9"],
      ...["--peer", "10.9.0.1,asn=65000", "--listen", "10.9.0.9:1790"],
    ];
    const node = world.announce(["192.0.2.10/32", ...rest, ...more]);
    expect(await node.exit).toBe(2);
    expect(node.log().trim().split("\n")).toEqual([
      "--peer 10.9.0.253,source=10.9.0.9: is no address of this host; write one that ip address shows, or leave source out.",
      "--peer 10.9.0.252,interface=eth9: this host has no interface eth9; write one that ip link shows, or leave it out.",
      "--peer 10.9.0.1: is an address of this host, and the peer is another one; write the router's address, or 127.0.0.1 for a BGP daemon on this very host.",
      "--listen 10.9.0.9:1790: is no address of this host; write one that ip address shows, or --listen 0.0.0.0 for all of them.",
      "Nothing was bound and no session was opened; vipcast announce --help shows the options.",
    ]);
    expect(peer.lines.names).toEqual(["ready"]);
    expect(world.loopback()).toEqual([]);
  });

  test("is reported together with wrong options and unreadable keys", async () => {
    const node = world.announce([
      "127.0.0.1",
      "--asn",
      "0",
      "--peer",
      "10.9.0.254,asn=65000,password-file=/nonexistent/key",
      "--bogus",
    ]);
    expect(await node.exit).toBe(2);
    const sentences = node.log().trim().split("\n");
    expect(sentences).toHaveLength(5);
    expect(node.log()).toContain("--bogus: is not an option of vipcast announce");
    expect(node.log()).toContain("--asn 0: ");
    expect(node.log()).toContain(
      "--peer 10.9.0.254,password-file=/nonexistent/key: cannot be read, it does not exist; write the path of a file that this user can read.",
    );
    expect(node.log()).toContain("127.0.0.1/32 is a loopback address");
  });
});
