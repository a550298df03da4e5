import { describe, expect, it } from "vitest";
import { SegmentType } from "../../../src/codec/attributes/values.ts";
import { decodeWith, encodedAttributes, external, internal, twoOctet, verdict } from "./update-with.ts";

const without = [2];
const asns = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe("AS_PATH", () => {
  it.each([
    ["underrun", "40020102", "as-path-underrun"],
    ["underrun behind a segment", "4002070201 0000fde9 02", "as-path-underrun"],
    ["an overrun", "4002060202 0000fde9", "as-path-overrun"],
    ["a segment of no AS", "4002020200", "as-path-empty-segment"],
    ["segment type 0", "4002060001 0000fde9", "as-path-segment-type"],
    ["segment type 5", "4002060501 0000fde9", "as-path-segment-type"],
  ])("with %s withdraws the routes", (_what, add, rule) => {
    expect(verdict({ without, add })).toBe(`TreatAsWithdraw 2:${rule} (RFC 7606 §7.2)`);
  });

  it("with wrong flags withdraws the routes", () => {
    expect(verdict({ without, add: "c00200" })).toBe("TreatAsWithdraw 2:attribute-flags (RFC 7606 §3 c)");
  });

  it("without reachable routes resets the session, with no data", () => {
    const message = verdict({ without: [1, 2, 3], add: "40020102", nlri: "" });
    expect(message).toBe("SessionReset 2:as-path-underrun (RFC 7606 §7.2) 2:no-reachable-nlri (RFC 7606 §5.2) 3/11");
  });

  it("has AS numbers of the width that was negotiated", () => {
    const add = "40020602020001fde9";
    expect(verdict({ without, add }, twoOctet)).toBe("Ok");
    expect(verdict({ without, add }, external)).toBe("TreatAsWithdraw 2:as-path-overrun (RFC 7606 §7.2)");
    expect(decodeWith({ without, add }, twoOctet).attributes.materialise().asPath).toEqual([
      { type: SegmentType.Sequence, asns: [1, 65001] },
    ]);
  });

  it("is mandatory with reachable routes, unless BGPsec_Path stands for it (RFC 8205 §3)", () => {
    expect(verdict({ without })).toBe("TreatAsWithdraw 2:attribute-missing (RFC 7606 §3 d)");
    expect(verdict({ without, add: "802100" })).toBe("Ok");
  });

  it.each([
    ["a sequence", "4002060301 0000fde9"],
    ["a set behind other segments", "40020c0201 0000fde9 0401 0000fdea"],
  ])("with %s of a confederation withdraws what a peer outside of ours sends (RFC 5065 §5)", (_what, add) => {
    const outside = { ...external, confederation: false };
    const rule = "TreatAsWithdraw 2:as-path-confederation (RFC 5065 §5)";
    expect(verdict({ without, add }, outside)).toBe(rule);
    expect(verdict({ without, add }, { ...outside, internal: true })).toBe("Ok");
    // Somebody else's session: who is in which confederation is not known.
    expect(verdict({ without, add }, external)).toBe("Ok");
    expect(verdict({ without, add: "40020602 01 0000fde9" }, outside)).toBe("Ok");
  });

  it.each([
    ["nothing", "400200", false],
    ["a sequence", "4002060201 0000fde9", false],
    ["a set of a confederation", "4002060401 0000fde9", false],
    ["a sequence and then one of a confederation", "40020c0201 0000fde9 0301 0000fdea", false],
    ["a sequence of a confederation", "4002060301 0000fde9", true],
    ["a sequence of a confederation and more", "40020c0301 0000fde9 0201 0000fdea", true],
  ])("that begins with %s, from another Member-AS of our confederation (RFC 5065 §5)", (_what, add, good) => {
    const inside = { ...external, confederation: true };
    const rule = "TreatAsWithdraw 2:as-path-confederation-first (RFC 5065 §5)";
    expect(verdict({ without, add }, inside)).toBe(good ? "Ok" : rule);
    expect(verdict({ without, add }, { ...inside, internal: true })).toBe("Ok");
  });

  it("is split into segments of 255 when it is longer (RFC 4271 §5.1.2), and needs an Extended Length", () => {
    const hex = encodedAttributes({ asPath: [{ type: SegmentType.Sequence, asns: asns(300) }] });
    expect(hex.slice(0, 8)).toBe("500204b4");
    const { attributes } = decodeWith({ without: [1, 2, 3], add: hex }, internal);
    expect(attributes.materialise().asPath!.map((segment) => segment.asns.length)).toEqual([255, 45]);
  });

  it.each([
    [{ type: SegmentType.Sequence, asns: [] }, /^asPath.asns: a segment without AS numbers/],
    [{ type: 5 as SegmentType, asns: [1] }, /^asPath.type: 5 is not/],
    [{ type: SegmentType.Set, asns: [-1] }, /^asPath.asns: -1 is not/],
    [{ type: SegmentType.Set, asns: [0x1_0000_0000] }, /^asPath.asns: 4294967296 is not/],
  ])("cannot be written from %j", (segment, message) => {
    expect(() => encodedAttributes({ asPath: [segment] })).toThrow(message);
  });
});
