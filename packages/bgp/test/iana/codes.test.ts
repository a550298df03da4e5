import { expect, it } from "vitest";
import { AttributeCode, attributeName } from "../../src/iana/attribute-codes.ts";
import { CapabilityCode, capabilityName } from "../../src/iana/capability-codes.ts";

it("every attribute code has a name, and others are numbered", () => {
  for (const code of Object.values(AttributeCode)) expect(attributeName(code)).not.toMatch(/^attribute \d/);
  expect([attributeName(2), attributeName(250)]).toEqual(["AS_PATH", "attribute 250"]);
});

it("every capability code has a name, and others are numbered", () => {
  for (const code of Object.values(CapabilityCode)) expect(capabilityName(code)).not.toMatch(/^capability \d/);
  expect([capabilityName(65), capabilityName(250)]).toEqual(["4-octet AS number", "capability 250"]);
});
