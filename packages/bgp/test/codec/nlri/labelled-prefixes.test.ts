import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { Writer } from "../../../src/bytes/writer.ts";
import { BgpEncodeError } from "../../../src/codec/encode-error.ts";
import { type Prefix, parsePrefix } from "../../../src/codec/nlri/prefix.ts";
import { nlriSpec } from "../../../src/codec/nlri/table.ts";
import { NlriView } from "../../../src/codec/nlri/view.ts";
import { Family } from "../../../src/iana/afi-safi.ts";

const rd = fromHex("0000fde800000001")!;
const ipv4 = { ...parsePrefix("203.0.113.0/24")!, family: Family.Ipv4LabelledUnicast };
const vpn = { ...ipv4, family: Family.Ipv4Vpn, labels: [100], rd };

function encoded(prefix: Prefix, withdrawn: boolean): string {
  const spec = nlriSpec(prefix.family)!;
  const w = new Writer();
  const addPath = prefix.pathId >= 0;
  spec.encode(w, prefix, addPath, withdrawn);
  return toHex(w.slice());
}

function errorOf(prefix: Prefix, withdrawn = false): string {
  try {
    encoded(prefix, withdrawn);
  } catch (error) {
    if (error instanceof BgpEncodeError) return `${error.code} ${error.field}`;
    throw error;
  }
  return "no error";
}

describe("labelled prefixes", () => {
  it("are written with the bottom of the stack in the last label only", () => {
    expect(encoded({ ...ipv4, labels: [100] }, false)).toBe("30000641cb0071");
    expect(encoded({ ...ipv4, labels: [100, 0, 1048575] }, false)).toBe("60000640000000fffff1cb0071");
  });

  it("are withdrawn with 0x800000, whatever labels they had", () => {
    expect(encoded({ ...ipv4, labels: [100, 101] }, true)).toBe("30800000cb0071");
    expect(encoded(ipv4, true)).toBe("30800000cb0071");
    expect(encoded({ ...vpn, pathId: 5 }, true)).toBe("00000005708000000000fde800000001cb0071");
  });

  it.each([
    [{ ...ipv4 }, "missing-field nlri.labels"],
    [{ ...ipv4, labels: [] }, "missing-field nlri.labels"],
    [{ ...ipv4, labels: [-1] }, "value-range nlri.labels"],
    [{ ...ipv4, labels: [1048576] }, "value-range nlri.labels"],
    [{ ...ipv4, labels: new Array(10).fill(100) }, "value-length nlri.labels"],
    [{ ...ipv4, labels: [100], lengthBits: 33 }, "value-range nlri.lengthBits"],
    [{ ...ipv4, labels: [100], bytes: new Uint8Array(2) }, "value-length nlri.bytes"],
    [
      { family: Family.Ipv4Vpn, lengthBits: 0, bytes: new Uint8Array(0), pathId: -1, labels: [100] },
      "missing-field nlri.rd",
    ],
    [{ ...vpn, rd: new Uint8Array(7) }, "value-length nlri.rd"],
  ])("%j cannot be announced: %s", (prefix, error) => {
    expect(errorOf(prefix)).toBe(error);
  });

  it("says which route distinguisher a withdrawal lacks as well", () => {
    expect(errorOf({ ...ipv4, family: Family.Ipv4Vpn }, true)).toBe("missing-field nlri.rd");
  });

  it("tell visitors where labels and route distinguisher begin", () => {
    const field = fromHex("78000641 0000fde800000001 20010db8".replace(/ /g, ""))!;
    new NlriView(Family.Ipv6Vpn, false, field, 0, field.length).forEach((bytes, offset, lengthBits, pathId, head) => {
      expect([bytes === field, offset, lengthBits, pathId, head]).toEqual([true, 12, 32, -1, 1]);
    });
  });
});
