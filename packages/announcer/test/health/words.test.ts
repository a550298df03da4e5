import { describe, expect, it } from "vitest";
import { ordinal, splitWords } from "../../src/health/words.ts";

describe("splitWords", () => {
  it.each<[string, readonly string[] | null]>([
    ["/bin/check", ["/bin/check"]],
    ["  /bin/check  --name 'two words' \"a 'b'\" ", ["/bin/check", "--name", "two words", "a 'b'"]],
    ["a\\ b '' c\\\\d", ["a b", "", "c\\d"]],
    ["a'b'\"c\"", ["abc"]],
    ["echo $HOME | cat; rm *", ["echo", "$HOME", "|", "cat;", "rm", "*"]],
    ["", []],
    ["'open", null],
    ["open\\", null],
  ])("%s", (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});

describe("ordinal", () => {
  it("ends as people say it", () => {
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual([
      "1st",
      "2nd",
      "3rd",
      "4th",
      "11th",
      "12th",
      "13th",
      "21st",
      "102nd",
      "111th",
    ]);
  });
});
