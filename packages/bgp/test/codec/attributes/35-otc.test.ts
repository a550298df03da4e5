import { describe, expect, it } from "vitest";
import { decodeWith, encodedAttributes, verdict } from "./update-with.ts";

describe("Only to Customer", () => {
  it("is four octets, both ways", () => {
    const hex = encodedAttributes({ onlyToCustomer: 4200000000 });
    expect(hex).toBe("c02304fa56ea00");
    expect(decodeWith({ add: hex }).attributes.materialise().onlyToCustomer).toBe(4200000000);
  });

  it("withdraws the routes with any other length or flags", () => {
    expect(verdict({ add: "c0230300fde8" })).toBe("TreatAsWithdraw 35:attribute-length (RFC 9234 §5)");
    expect(verdict({ add: "c023050000fde800" })).toBe("TreatAsWithdraw 35:attribute-length (RFC 9234 §5)");
    expect(verdict({ add: "8023040000fde8" })).toBe("TreatAsWithdraw 35:attribute-flags (RFC 7606 §3 c)");
  });

  it("refuses a number that is no AS", () => {
    expect(() => encodedAttributes({ onlyToCustomer: 2 ** 32 })).toThrow(/^onlyToCustomer: /);
  });
});
