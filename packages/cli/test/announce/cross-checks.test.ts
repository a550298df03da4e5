import { parseVips } from "@vipcast/announcer";
import { describe, expect, test } from "vitest";
import { crossProblems } from "../../src/announce/cross-checks.ts";
import { problemSentence } from "../../src/arguments/problem.ts";
import { settingsOf } from "../support/command-line.ts";

function sentences(vips: readonly string[], ...args: readonly string[]): string[] {
  const parsed = parseVips(vips.map((prefix) => ({ prefix })));
  expect(parsed.refusals).toEqual([]);
  return crossProblems(settingsOf(...args), parsed.vips).map(problemSentence);
}

describe("options that contradict each other", () => {
  test.each<[vips: string[], args: string[], sentence: string]>([
    [
      ["192.0.2.10"],
      ["--router-id", "192.0.2.10"],
      "--router-id 192.0.2.10: is a virtual IP, which every node has; write an address that this host alone has, or leave it out.",
    ],
    [
      ["192.0.2.10"],
      ["--router-id", "10.0.0.254"],
      "--router-id 10.0.0.254: is the address of a peer, which probably has it as its own router id; write an address that this host alone has, or leave it out.",
    ],
    [
      ["192.0.2.10"],
      ["--next-hop", "10.0.0.254"],
      "--next-hop 10.0.0.254: is the address of a peer, which would route to itself (RFC 4271 §5.1.3); write an address of this host, or leave it out.",
    ],
    [
      ["192.0.2.10"],
      ["--peer", "10.0.0.253,asn=65000,families=ipv6"],
      "--peer 10.0.0.253,families=ipv6: no virtual IP is of that family, so that nothing would be announced to this peer; write families=ipv4, or leave it out.",
    ],
    [
      ["192.0.2.10"],
      ["--check", "tcp://127.0.0.1:1", "--last-node-guard", "--node-community", "65001:7:3"],
      "--last-node-guard --node-community 65001:7:3: nodes are known to each other by communities that begin with 65001:1:; write --node-community auto, or 65001:1: and a number that this node alone has.",
    ],
  ])("%j with %j are one sentence", (vips, args, sentence) => {
    expect(sentences(vips, ...args)).toEqual([sentence]);
  });

  test.each<[vips: string[], args: string[]]>([
    [["192.0.2.10"], ["--router-id", "10.0.0.1", "--next-hop", "10.0.0.1"]],
    [
      ["192.0.2.10", "2001:db8::10"],
      ["--peer", "10.0.0.253,asn=65000,families=ipv6"],
    ],
    [["192.0.2.10"], ["--peer", "10.0.0.253,asn=65000,families=ipv4+ipv6"]],
    [["192.0.2.10"], ["--check", "tcp://127.0.0.1:1", "--last-node-guard", "--node-community", "65001:1:3"]],
  ])("%j with %j are fine", (vips, args) => {
    expect(sentences(vips, ...args)).toEqual([]);
  });
});
