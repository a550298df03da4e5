import { describe, expect, it } from "vitest";
import { decodeWith, twoOctet, verdict } from "./update-with.ts";

const good = "c01208fa56ea00c0000201";

describe("AS4_AGGREGATOR", () => {
  it("from a two-octet peer says which AS stands behind AS_TRANS", () => {
    const { attributes } = decodeWith({ add: `c007065ba0c0000209${good}` }, twoOctet);
    expect(attributes.materialise()).not.toHaveProperty("as4Aggregator");
    expect(attributes.materialise().aggregator).toEqual({ asn: 4200000000, address: Uint8Array.of(192, 0, 2, 1) });
  });

  it("beside an AGGREGATOR that is not AS_TRANS is ignored, and AS4_PATH with it (RFC 6793 §4.2.3)", () => {
    const add = `4002060202 5ba0fde9 c00706fde9c0000209 c011060201fa56ea00 ${good}`;
    const values = decodeWith({ without: [2], add }, twoOctet).attributes.materialise();
    expect([values.aggregator?.asn, values.asPath?.[0]?.asns]).toEqual([65001, [23456, 65001]]);
  });

  it("without an AGGREGATOR is no aggregator", () => {
    expect(decodeWith({ add: good }, twoOctet).attributes.materialise()).not.toHaveProperty("aggregator");
  });

  it("from a four-octet peer is dropped, and that is no error (RFC 6793 §4.1)", () => {
    expect(verdict({ add: good })).toBe("Ok 18:as4-aggregator-from-four-octet-peer (RFC 6793 §4.1)");
  });

  it("with seven octets is discarded", () => {
    expect(verdict({ add: "c01207fa56ea00c00002" }, twoOctet)).toBe(
      "AttributeDiscard 18:attribute-length (RFC 6793 §6)",
    );
  });
});
