import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Writer } from "../../../src/bytes/writer.ts";
import type { Prefix } from "../../../src/codec/nlri/prefix.ts";
import { nlriSpec, nlriSpecs } from "../../../src/codec/nlri/table.ts";
import { NlriView } from "../../../src/codec/nlri/view.ts";
import { afiOf, familyFromName, familyName } from "../../../src/iana/afi-safi.ts";

describe.each(nlriSpecs)("family $family", (spec) => {
  const bits = afiOf(spec.family) === 1 ? 32 : 128;
  const rdOctets = spec.nextHopRdOctets;
  const labelled = familyName(spec.family).endsWith("labelled-unicast") || rdOctets > 0;
  const octets = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
  const prefixes = fc.array(
    fc
      .tuple(fc.nat(bits), octets(16), fc.array(fc.nat(0xfffff), { minLength: 1, maxLength: 2 }), octets(8))
      .map(([lengthBits, address, labels, distinguisher]): Prefix => {
        const bytes = address.slice(0, (lengthBits + 7) >> 3);
        if (lengthBits % 8 !== 0) bytes[bytes.length - 1]! &= 0xff << (8 - (lengthBits % 8));
        const plain = { family: spec.family, lengthBits, bytes, pathId: -1 };
        return {
          ...plain,
          ...(labelled ? { labels } : {}),
          ...(rdOctets === 0 ? {} : { rd: distinguisher }),
        };
      }),
    { maxLength: 20 },
  );

  it("reads what it wrote, announced and withdrawn, with and without path identifiers", () => {
    fc.assert(
      fc.property(prefixes, fc.boolean(), fc.boolean(), (list, addPath, withdrawn) => {
        const wanted = list.map((prefix, pathId) => (addPath ? { ...prefix, pathId } : prefix));
        const w = new Writer();
        for (const prefix of wanted) spec.encode(w, prefix, addPath, withdrawn);
        expect(spec.isValid(w.bytes, 0, w.length, addPath, withdrawn)).toBe(true);
        const view = new NlriView(spec.family, addPath, w.slice(), 0, w.length, withdrawn);
        const read = view.materialise();
        expect(view.count).toBe(wanted.length);
        expect(view.retain().materialise()).toEqual(read);
        expect(read).toEqual(
          wanted.map(({ labels, ...prefix }) => (withdrawn || labels === undefined ? prefix : { ...prefix, labels })),
        );
        if (w.length > 0 && (labelled || addPath || list.at(-1)!.lengthBits > 0))
          expect(spec.isValid(w.bytes, 0, w.length - 1, addPath, withdrawn)).toBe(false);
      }),
    );
  });

  it("is found by its family, and its name comes back", () => {
    expect(nlriSpec(spec.family)).toBe(spec);
    expect(familyFromName(familyName(spec.family))).toBe(spec.family);
  });

  it("accepts only NLRI that lie inside the octets, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), fc.boolean(), (bytes, addPath, withdrawn) => {
        if (!spec.isValid(bytes, 0, bytes.length, addPath, withdrawn)) return;
        let visited = 0;
        spec.forEach(bytes, 0, bytes.length, addPath, withdrawn, (_bytes, offset, lengthBits, _pathId, head) => {
          visited++;
          expect(head).toBeLessThanOrEqual(offset);
          expect(offset + ((lengthBits + 7) >> 3)).toBeLessThanOrEqual(bytes.length);
          expect(lengthBits).toBeGreaterThanOrEqual(0);
          expect(lengthBits).toBeLessThanOrEqual(bits);
        });
        expect(visited).toBe(spec.count(bytes, 0, bytes.length, addPath));
      }),
    );
  });
});
