import { describe, expect, it } from "vitest";
import { LineSplitter, parseJsonObject } from "../../src/sandbox/json-lines.ts";

describe("LineSplitter", () => {
  const split = (chunks: readonly Uint8Array[]): readonly string[] => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const chunk of chunks) splitter.push(chunk);
    splitter.end();
    return lines;
  };

  it("gives the same lines however the bytes are cut, also inside a character", () => {
    const bytes = new TextEncoder().encode("eins\nzwei – drei\n\nvier");
    const expected = ["eins", "zwei – drei", "", "vier"];
    expect(split([bytes])).toEqual(expected);
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(split([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(expected);
    expect(split(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });
});

describe("parseJsonObject", () => {
  it("reads an object", () => {
    expect(parseJsonObject('{"event":"vip.bound"}')).toEqual({ event: "vip.bound" });
  });

  it.each(["", "text", "[1]", "1", "{broken", "null"])("answers null for %j", (line) => {
    expect(parseJsonObject(line)).toBeNull();
  });
});
