import { describe, expect, it } from "vitest";
import { pathLength } from "../../../src/codec/attributes/as-path-segments.ts";
import { reconstructPath } from "../../../src/codec/attributes/four-octet-as.ts";
import { type AsPathSegment, SegmentType } from "../../../src/codec/attributes/values.ts";

const sequence = (...asns: number[]): AsPathSegment => ({ type: SegmentType.Sequence, asns });
const set = (...asns: number[]): AsPathSegment => ({ type: SegmentType.Set, asns });
const confederation = (...asns: number[]): AsPathSegment => ({ type: SegmentType.ConfedSequence, asns });

describe("reconstructPath (RFC 6793 §4.2.3)", () => {
  it.each([
    ["equal lengths: AS4_PATH", [sequence(23456, 2)], [sequence(70000, 2)], [sequence(70000, 2)]],
    ["prepended by old speakers", [sequence(9, 8, 23456, 2)], [sequence(70000, 2)], [sequence(9, 8, 70000, 2)]],
    ["AS4_PATH longer: ignored", [sequence(23456)], [sequence(70000, 70001)], [sequence(23456)]],
    ["a set counts as one", [sequence(9), set(23456, 3)], [set(70000, 3)], [sequence(9), set(70000, 3)]],
    ["a set that was prepended", [set(1, 2), sequence(23456)], [sequence(70000)], [set(1, 2), sequence(70000)]],
    [
      "a leading confederation segment stays",
      [confederation(5), sequence(23456)],
      [sequence(70000)],
      [confederation(5), sequence(70000)],
    ],
    [
      "a confederation segment next to what is prepended stays",
      [sequence(9), confederation(5), sequence(23456)],
      [sequence(70000)],
      [sequence(9), confederation(5), sequence(70000)],
    ],
    [
      "a confederation segment behind it does not",
      [sequence(9, 23456), confederation(5), sequence(23456)],
      [sequence(70000, 70001)],
      [sequence(9, 70000, 70001)],
    ],
    [
      "confederation segments in AS4_PATH are left out (§6)",
      [sequence(23456)],
      [confederation(5), sequence(70000)],
      [sequence(70000)],
    ],
    ["an empty AS4_PATH after that", [sequence(7)], [confederation(5)], [sequence(7)]],
  ])("%s", (_what, asPath, as4Path, expected) => {
    expect(reconstructPath({ asPath, as4Path })).toEqual(expected);
  });

  it("is the AS_PATH where there is no AS4_PATH, and nothing where there is neither", () => {
    expect(reconstructPath({ asPath: [sequence(1)] })).toEqual([sequence(1)]);
    expect(reconstructPath({ as4Path: [sequence(1)] })).toBeUndefined();
  });
});

it("pathLength counts a set as one and confederation segments as none (RFC 4271 §9.1.2.2, RFC 5065 §5.3)", () => {
  expect(
    pathLength([confederation(1, 2), sequence(1, 2, 3), set(4, 5), { type: SegmentType.ConfedSet, asns: [6] }]),
  ).toBe(4);
});
