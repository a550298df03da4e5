import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { Writer } from "../../../src/bytes/writer.ts";
import type { Capability } from "../../../src/codec/capabilities/spec.ts";
import { capabilitySpec, capabilitySpecs } from "../../../src/codec/capabilities/table.ts";
import { BgpEncodeError } from "../../../src/codec/encode-error.ts";

/** Octets and value run both ways, and octets that cannot be a value of the capability. */
interface Case {
  readonly pairs: readonly (readonly [hex: string, value: Capability])[];
  readonly refused: readonly string[];
}

const families = [{ family: 257, forwarding: true }];
const restart = {
  code: 64,
  name: "graceful-restart",
  restarted: false,
  notification: false,
  restartTime: 0,
  families: [],
} as const;

const cases: Readonly<Record<string, Case>> = {
  multiprotocol: {
    pairs: [
      ["00010001", { code: 1, name: "multiprotocol", family: 257 }],
      ["40040047", { code: 1, name: "multiprotocol", family: 0x400447 }],
    ],
    refused: ["", "000100", "0001000100"],
  },
  "route-refresh": { pairs: [["", { code: 2, name: "route-refresh" }]], refused: ["00"] },
  "extended-next-hop": {
    pairs: [
      ["", { code: 5, name: "extended-next-hop", entries: [] }],
      ["000100010002", { code: 5, name: "extended-next-hop", entries: [{ family: 257, nextHopAfi: 2 }] }],
    ],
    refused: ["00", "0001000100", "000101010002"],
  },
  "extended-message": { pairs: [["", { code: 6, name: "extended-message" }]], refused: ["00"] },
  "graceful-restart": {
    pairs: [
      ["0000", restart],
      ["8fff00010180", { ...restart, restarted: true, restartTime: 4095, families }],
      ["4000", { ...restart, notification: true }],
    ],
    refused: ["", "00", "000000", "0000000101"],
  },
  "four-octet-as": {
    pairs: [
      ["00000000", { code: 65, name: "four-octet-as", asn: 0 }],
      ["ffffffff", { code: 65, name: "four-octet-as", asn: 4294967295 }],
    ],
    refused: ["", "fde9", "0000fd", "0000fde900"],
  },
  "add-path": {
    pairs: [
      [
        "000101010002010200010403",
        {
          code: 69,
          name: "add-path",
          families: [
            { family: 257, receive: true, send: false },
            { family: 513, receive: false, send: true },
            { family: 260, receive: true, send: true },
          ],
        },
      ],
    ],
    refused: ["", "000101", "00010100", "00010104", "0001010100010107", "0001010300"],
  },
  "multiple-labels": {
    pairs: [
      [
        "0001040200028000",
        {
          code: 8,
          name: "multiple-labels",
          families: [
            { family: 260, count: 2 },
            { family: 640, count: 0 },
          ],
        },
      ],
    ],
    refused: ["", "000104", "0001040200"],
  },
  role: {
    pairs: [
      ["00", { code: 9, name: "role", role: 0 }],
      ["ff", { code: 9, name: "role", role: 255 }],
    ],
    refused: ["", "0000"],
  },
  "long-lived-graceful-restart": {
    pairs: [
      ["", { code: 71, name: "long-lived-graceful-restart", families: [] }],
      [
        "00010180ffffff",
        {
          code: 71,
          name: "long-lived-graceful-restart",
          families: [{ family: 257, forwarding: true, staleTime: 16777215 }],
        },
      ],
    ],
    refused: ["00", "000101800000", "0001018000000a00"],
  },
  fqdn: {
    pairs: [
      ["0000", { code: 73, name: "fqdn", hostName: "", domainName: "" }],
      ["02c3a90161", { code: 73, name: "fqdn", hostName: "é", domainName: "a" }],
    ],
    refused: ["", "00", "0161", "016101", "01610000", "01ff00", "0001ff"],
  },
  "software-version": {
    pairs: [
      ["00", { code: 75, name: "software-version", version: "", lengthOctet: true }],
      ["026162", { code: 75, name: "software-version", version: "ab", lengthOctet: true }],
      ["6162", { code: 75, name: "software-version", version: "ab", lengthOctet: false }],
    ],
    refused: ["", "01ff", "ff"],
  },
  "enhanced-route-refresh": { pairs: [["", { code: 70, name: "enhanced-route-refresh" }]], refused: ["00"] },
};

describe.each(capabilitySpecs)("capability $code, $name", (spec) => {
  const { pairs, refused } = cases[spec.name]!;

  it.each(pairs)("%j and %j are the same", (hex, value) => {
    const bytes = fromHex(`aa${hex}aa`)!;
    expect(spec.decode(bytes, 1, bytes.length - 1)).toEqual(value);
    const w = new Writer();
    spec.encode(w, value);
    expect(toHex(w.slice())).toBe(hex);
  });

  it.each(refused)("%j is none", (hex) => {
    const bytes = fromHex(hex)!;
    expect(spec.decode(bytes, 0, bytes.length)).toBeNull();
  });
});

it("lists each code once, in ascending order, and finds it", () => {
  const codes = capabilitySpecs.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)].sort((a, b) => a - b));
  for (const spec of capabilitySpecs) expect(capabilitySpec(spec.code)).toBe(spec);
  expect(capabilitySpec(200)).toBeUndefined();
});

it.each<readonly [field: string, capability: Capability]>([
  // Without entries nobody would understand them.
  ["capabilities.families", { code: 8, name: "multiple-labels", families: [] }],
  ["capabilities.families", { code: 69, name: "add-path", families: [] }],
  ["capabilities.families.count", { code: 8, name: "multiple-labels", families: [{ family: 260, count: 256 }] }],
  ["capabilities.families.family", { code: 8, name: "multiple-labels", families: [{ family: -1, count: 2 }] }],
  ["capabilities.role", { code: 9, name: "role", role: 256 }],
  [
    "capabilities.families.staleTime",
    {
      code: 71,
      name: "long-lived-graceful-restart",
      families: [{ family: 257, forwarding: false, staleTime: 16777216 }],
    },
  ],
  ["capabilities.hostName", { code: 73, name: "fqdn", hostName: "x".repeat(256), domainName: "" }],
  ["capabilities.domainName", { code: 73, name: "fqdn", hostName: "", domainName: "é".repeat(128) }],
  ["capabilities.version", { code: 75, name: "software-version", version: "x".repeat(256), lengthOctet: true }],
  ["capabilities.version", { code: 75, name: "software-version", version: "", lengthOctet: false }],
  // 32 octets behind a space, which is 32: read as text behind its length.
  ["capabilities.version", { code: 75, name: "software-version", version: " ".repeat(33), lengthOctet: false }],
])("names %s when it cannot be sent", (field, capability) => {
  try {
    capabilitySpec(capability.code)!.encode(new Writer(), capability);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(BgpEncodeError);
    expect((error as BgpEncodeError).field).toBe(field);
  }
});
