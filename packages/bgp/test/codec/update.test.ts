import { describe, expect, it } from "vitest";
import { Family } from "../../src/iana/afi-safi.ts";
import {
  decodeUpdateBytes,
  decodeWith,
  external,
  internal,
  twoOctet,
  updateBytes,
  verdict,
} from "./attributes/update-with.ts";

const nothingReachable = { nlri: "" };
const overrun = "attribute-overrun (RFC 7606 §4)";

describe("the lengths of an UPDATE (RFC 7606 §3 b)", () => {
  it.each([
    ["withdrawn routes that leave no room for the attribute length", 19, 0x1c],
    ["withdrawn routes that leave the message", 19, 0xff],
    ["attributes that leave the message", 21, 0xff],
  ])("%s reset the session", (_what, at, value) => {
    const bytes = updateBytes({});
    bytes[at] = value >> 8;
    bytes[at + 1] = value;
    const { outcome, notification, withdrawn, attributes, nlri } = decodeUpdateBytes(bytes, external);
    expect([outcome, notification]).toEqual([4, { code: 3, subcode: 1, data: new Uint8Array(0) }]);
    expect([withdrawn.count, attributes.wireValues(), nlri.count]).toEqual([0, {}, 0]);
  });
});

describe("a Total Attribute Length that conflicts with the attributes (RFC 7606 §4)", () => {
  it.each([
    ["a last attribute that overruns", "800405", `4:${overrun}`],
    ["an Extended Length that overruns", "90040100", `4:${overrun}`],
    ["one octet left", "80", "0:attribute-header-truncated (RFC 7606 §4)"],
    ["two octets left", "8004", "4:attribute-header-truncated (RFC 7606 §4)"],
    ["three octets left with Extended Length", "900400", "4:attribute-header-truncated (RFC 7606 §4)"],
  ])("in %s withdraws the routes, which the length still locates", (_what, add, problem) => {
    expect(verdict({ add })).toBe(`TreatAsWithdraw ${problem}`);
    expect([...decodeWith({ add }).nlri.texts()]).toEqual(["203.0.113.0/24"]);
  });

  it("resets the session where no route is reachable (RFC 7606 §5.2)", () => {
    expect(verdict({ add: "800405", ...nothingReachable })).toBe(
      `SessionReset 4:${overrun} 4:no-reachable-nlri (RFC 7606 §5.2) 3/1`,
    );
  });

  it("leaves the attributes before it to be seen", () => {
    expect(decodeWith({ add: "80040400000007800505" }).attributes.multiExitDisc).toBe(7);
  });
});

describe("repeated attributes (RFC 7606 §3 g)", () => {
  it("but for the first are discarded, known, recent and unknown ones", () => {
    const add = "8004040000000180040400000002 c0630101c0630102 c02a00c02a00";
    expect(verdict({ add })).toBe(
      ["AttributeDiscard", ...[4, 99, 42].map((code) => `${code}:attribute-duplicate (RFC 7606 §3 g)`)].join(" "),
    );
    const values = decodeWith({ add }).attributes.wireValues();
    expect(values.multiExitDisc).toBe(1);
    expect(values.unknown!.map(({ code, value }) => [code, ...value])).toEqual([[99, 1], [42]]);
  });

  it("are judged by the first alone", () => {
    expect(verdict({ without: [1], add: "4001010340010100" })).toBe(
      "TreatAsWithdraw 1:origin-value (RFC 7606 §7.1) 1:attribute-duplicate (RFC 7606 §3 g)",
    );
  });
});

describe("attributes without a spec", () => {
  it("are kept when they are optional, whatever they hold", () => {
    expect(verdict({ add: "c06300" })).toBe("Ok");
    expect(verdict({ add: "806300" })).toBe("Ok");
  });

  it.each([
    ["well-known", "4063020102"],
    ["neither optional nor transitive", "0063020102"],
    ["well-known and of code 0", "40000102"],
  ])("reset the session when they claim to be %s (RFC 4271 §6.3)", (_what, add) => {
    const code = Number.parseInt(add.slice(2, 4), 16);
    expect(verdict({ add })).toBe(`SessionReset ${code}:unrecognised-well-known (RFC 4271 §6.3) 3/2 ${add}`);
    expect(decodeWith({ add }).attributes.has(code)).toBe(false);
  });
});

describe("the strongest outcome wins (RFC 7606 §3 h)", () => {
  it("over weaker ones before and after it, and its NOTIFICATION is sent", () => {
    const add = "40060100 80040100 4063020102 80040100 80050100";
    expect(verdict({ add })).toMatch(/^SessionReset 6:.* 3\/2 4063020102$/);
  });

  it("the first of equals says what the NOTIFICATION carries", () => {
    expect(verdict({ without: [1], add: "40010103 80040100", ...nothingReachable })).toMatch(/ 3\/6 40010103$/);
  });

  it("is an attribute discard where that is all, with and without reachable routes", () => {
    expect(verdict({ add: "40060100" })).toMatch(/^AttributeDiscard/);
    expect(verdict({ add: "40060100", ...nothingReachable })).toMatch(/^AttributeDiscard/);
  });
});

describe("an UPDATE that reaches nothing (RFC 7606 §5.2)", () => {
  it("needs no mandatory attribute", () => {
    expect(verdict({ without: [1, 2, 3], ...nothingReachable, withdrawn: "18cb0071" })).toBe("Ok");
    expect(verdict({ without: [2, 3], ...nothingReachable })).toBe("Ok");
  });

  it.each([
    ["flags", "c00400", "3/4 c00400"],
    ["length", "800400", "3/5 800400"],
    ["communities", "c00800", "3/5 c00800"],
  ])("resets the session for wrong %s, with the attribute as data", (_what, add, sent) => {
    expect(verdict({ add, ...nothingReachable })).toMatch(new RegExp(` 4?8?:.*${sent}$`));
    expect(verdict({ add, ...nothingReachable }).startsWith("SessionReset")).toBe(true);
  });
});

describe("withdrawn routes and NLRI (RFC 7606 §5.3)", () => {
  it.each([
    ["a length of 33 bits", "21cb00710a00"],
    ["a prefix that overruns", "18cb00"],
    ["nothing behind the length", "20"],
  ])("with %s reset the session", (_what, hex) => {
    expect(verdict({ nlri: hex })).toBe("SessionReset 0:nlri-syntax (RFC 7606 §5.3) 3/10");
    expect(verdict({ withdrawn: hex })).toBe("SessionReset 0:withdrawn-syntax (RFC 7606 §5.3) 3/10");
    expect(decodeWith({ nlri: hex }).nlri.count).toBe(0);
  });

  it("carry path identifiers where the session does, and only there", () => {
    const context = { ...external, addPathReceive: [Family.Ipv4Unicast] };
    expect(decodeWith({ nlri: "0000002a18cb0071" }, context).nlri.materialise()[0]?.pathId).toBe(42);
    expect(verdict({ nlri: "000000" }, context)).toContain("nlri-syntax");
    expect(verdict({ nlri: "00000001" }, context)).toContain("nlri-syntax");
    expect(verdict({ nlri: "0000000120cb" }, context)).toContain("nlri-syntax");
  });
});

it("an update is judged by itself, not by the one before it", () => {
  expect(verdict({ add: "40060100", nlri: "21" })).toMatch(/^SessionReset/);
  for (const context of [external, internal, twoOctet]) expect(verdict({}, context)).toBe("Ok");
});

it("takes time that grows with the message, not with its square", () => {
  // 16,000 attributes of an unknown code, and as many communities: either would take minutes if every one looked at all others.
  const many = updateBytes({ add: "c06300".repeat(16_000) });
  const message = decodeUpdateBytes(many, external);
  expect(message.problems.length).toBe(15_999);
  expect(message.attributes.wireValues().unknown!.length).toBe(1);
  expect(message.attributes.rawBytes().length).toBeGreaterThan(0);
});
