import { describe, expect, it } from "vitest";
import { attributesFor } from "../../src/ecmp/attributes.ts";
import { fingerprint } from "../../src/ecmp/fingerprint.ts";
import { vip } from "../fakes/world.ts";

const external = { internal: false };

describe("fingerprint", () => {
  it("is equal for nodes whose routes compare equal, whatever their next hops and communities", () => {
    const one = attributesFor(vip("192.0.2.1", { nextHop: "10.0.0.1", largeCommunities: ["65000:0:1"] }), external);
    const two = attributesFor(vip("192.0.2.1", { nextHop: "10.0.0.2", largeCommunities: ["65000:0:2"] }), external);
    expect(fingerprint(one)).toBe(fingerprint(two));
    expect(fingerprint(one)).toMatch(/^[0-9a-f]{8}$/);
  });

  it.each([{ med: 1 }, { prepend: 1 }, { med: 0 }])("differs with %j", (more) => {
    expect(fingerprint(attributesFor(vip("192.0.2.1", more), external))).not.toBe(
      fingerprint(attributesFor(vip("192.0.2.1"), external)),
    );
  });
});
