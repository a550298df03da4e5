import type { HostAddress, HostState } from "@vipcast/announcer";
import { parseVips } from "@vipcast/announcer";
import { describe, expect, test } from "vitest";
import { hostProblems } from "../../src/announce/host-checks.ts";
import { problemSentence } from "../../src/arguments/problem.ts";
import { settingsOf } from "../support/command-line.ts";

function address(prefix: string, name: string, more: Partial<HostAddress> = {}): HostAddress {
  const [text = "", length = ""] = prefix.split("/");
  return {
    address: text,
    prefixLength: Number(length),
    interface: name,
    scope: "global",
    kind: "address",
    mark: "other",
    ...more,
  };
}

const host: HostState = {
  addresses: [
    address("127.0.0.1/8", "lo", { scope: "host" }),
    address("::1/128", "lo", { scope: "host" }),
    address("10.0.0.1/24", "eth0"),
    address("2001:db8::1/64", "eth0"),
    address("fe80::1/64", "eth0", { scope: "link" }),
    address("192.0.2.10/32", "lo", { mark: "ours" }),
    address("198.51.100.0/24", "lo", { kind: "route" }),
  ],
  links: [
    { name: "lo", up: true },
    { name: "eth0", up: true },
  ],
};
const { vips } = parseVips([{ prefix: "192.0.2.10" }, { prefix: "192.0.2.11" }]);

function sentences(...args: readonly string[]): string[] {
  return hostProblems(settingsOf(...args), vips, host).map(problemSentence);
}
const peer = (keys: string): string[] => ["--peer", keys];

describe("what this host has not", () => {
  test.each<[args: string[], sentence: string]>([
    [
      peer("10.0.0.253,asn=65000,source=10.0.0.9"),
      "--peer 10.0.0.253,source=10.0.0.9: is no address of this host; write one that ip address shows, or leave source out.",
    ],
    [
      peer("10.0.0.253,asn=65000,source=127.0.0.1"),
      "--peer 10.0.0.253,source=127.0.0.1: is a loopback address, from which no other host can be reached; write the host's own address, or leave source out.",
    ],
    [
      peer("10.0.0.253,asn=65000,source=192.0.2.10"),
      "--peer 10.0.0.253,source=192.0.2.10: is a virtual IP, and a session must not depend on one; write the host's own address.",
    ],
    [
      peer("10.0.0.253,asn=65000,interface=eth9"),
      "--peer 10.0.0.253,interface=eth9: this host has no interface eth9; write one that ip link shows, or leave it out.",
    ],
    [
      peer("fe80::2%eth9,asn=65000"),
      "--peer fe80::2%eth9: this host has no interface eth9; write one that ip link shows, or leave it out.",
    ],
    [
      peer("10.0.0.1,asn=65000"),
      "--peer 10.0.0.1: is an address of this host, and the peer is another one; write the router's address, or 127.0.0.1 for a BGP daemon on this very host.",
    ],
    [
      peer("fe80::1%eth0,asn=65000"),
      "--peer fe80::1%eth0: is an address of this host, and the peer is another one; write the router's address, or ::1 for a BGP daemon on this very host.",
    ],
    [
      ["--listen", "10.0.0.9"],
      "--listen 10.0.0.9:179: is no address of this host; write one that ip address shows, or --listen 0.0.0.0 for all of them.",
    ],
    [
      ["--listen", "192.0.2.11"],
      "--listen 192.0.2.11:179: is a virtual IP, and a session must not depend on one; write one that ip address shows, or --listen 0.0.0.0 for all of them.",
    ],
    [
      ["--listen", "[2001:db8::9]:1790"],
      "--listen [2001:db8::9]:1790: is no address of this host; write one that ip address shows, or --listen [::] for all of them.",
    ],
  ])("%j is one sentence", (args, sentence) => {
    expect(sentences(...args)).toEqual([sentence]);
  });

  test.each<[args: string[]]>([
    [peer("10.0.0.253,asn=65000,source=10.0.0.1,interface=eth0")],
    [peer("2001:db8::2,asn=65000,source=2001:db8::1")],
    [peer("fe80::2%eth0,asn=65000,source=fe80::1")],
    [peer("127.0.0.1,asn=65000,port=1790")],
    [peer("127.0.0.1,asn=65000,source=127.0.0.2")],
    // All of a prefix that a local route takes in can be used.
    [peer("10.0.0.253,asn=65000,source=198.51.100.7")],
    [["--listen", "0.0.0.0", "--listen", "[::]", "--listen", "10.0.0.1:1790", "--listen", "127.0.0.3:1791"]],
  ])("%j is fine", (args) => {
    expect(sentences(...args)).toEqual([]);
  });
});
