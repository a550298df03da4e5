import { describe, expect, test } from "vitest";
import { didYouMean, nearest } from "../../src/arguments/suggest.ts";

describe("a suggestion", () => {
  test.each([
    ["anounce", "announce"],
    ["announcee", "announce"],
    ["ANNOUNCE", "announce"],
    ["lba", "lab"],
    ["ann", "announce"],
  ])("for %s is %s", (word, expected) => {
    expect(nearest(word, ["announce", "lab"])).toBe(expected);
  });

  test("is not made for a word that resembles nothing", () => {
    expect(nearest("xyzzy", ["announce", "lab"])).toBeNull();
    expect(didYouMean("xyzzy", ["announce", "lab"])).toBe("use one of announce, lab");
  });
});
