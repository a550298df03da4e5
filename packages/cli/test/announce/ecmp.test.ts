import { describe, expect, test } from "vitest";
import { expectOneSentence, good, type Refused, settingsOf } from "../support/command-line.ts";

const more = (...words: readonly string[]): string[] => [...good, ...words];

const refused: Refused = [
  [more("--role", "stanby"), "--role stanby: is no role; did you mean standby."],
  [
    more("--preference", "11"),
    "--preference 11: the preference, higher is better, is a whole number from 0 to 10; write for example --preference 5.",
  ],
  [
    more("--role", "standby", "--preference", "3"),
    "--role standby --preference 3: say the same thing twice: standby is preference 0, active 10; keep one of them.",
  ],
  [more("--failback", "-1"), "--failback -1: is a time from 0s to 86400s"],
  [
    more("--failback", "60", "--role", "standby"),
    "--failback 60 --role standby: a standby has no better place to come back to; leave --failback out.",
  ],
  [more("--failback", "60", "--preference", "0"), "--failback 60 --preference 0: a standby has no better place"],
  [
    more("--weight", "0"),
    "--weight 0: the weight is in bits per second, from 8k to 1000T; write for example --weight 10G.",
  ],
  [more("--weight", "ten"), "--weight ten: the weight is in bits per second"],
  [
    more("--weight", "10G", "--weight-from", "weight.txt"),
    "--weight-from weight.txt: is exec: with a program, a URL, or file: with an absolute path; write for example --weight-from file:/run/vipcast/weight.",
  ],
  [
    more("--weight-from", "file:/run/weight"),
    "--weight-from: needs a weight for as long as there is no answer, so that no node is ever without one; add for example --weight 10G.",
  ],
  [
    more("--weight", "10G", "--weight-interval", "5"),
    "--weight-interval: says how often the weight is asked for, and nothing is asked; add --weight-from, or leave it out.",
  ],
  [
    more("--node-community", "1:2"),
    "--node-community 1:2: is auto, none, or a large community A:B:C; write for example --node-community 65001:1:7.",
  ],
];

describe("the place of a node among the others", () => {
  test.each(refused)("%j is refused with a sentence", (argv, sentence) => {
    expectOneSentence(argv, sentence);
  });

  test("is equal to the others where nothing is said, with the node's community", () => {
    expect(settingsOf()).toMatchObject({ ecmp: {}, weight: null, nodeCommunity: "auto" });
  });

  test("is what was asked for", () => {
    expect(settingsOf("--role", "standby").ecmp).toEqual({ role: "standby" });
    expect(settingsOf("--preference", "7", "--failback", "2m").ecmp).toEqual({ preference: 7, failbackMs: 120_000 });
    expect(settingsOf("--weight", "2.5G", "--node-community", "none")).toMatchObject({
      weight: 2.5e9,
      nodeCommunity: null,
    });
    expect(settingsOf("--weight", "1G", "--weight-from", "file:/run/weight", "--weight-interval", "1m")).toMatchObject({
      weight: 1e9,
      weightFrom: { source: { from: { kind: "file", path: "/run/weight" } }, intervalMs: 60_000 },
    });
    expect(settingsOf("--node-community", "65001:7:7").nodeCommunity).toBe("65001:7:7");
  });
});
