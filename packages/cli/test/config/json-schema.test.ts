import { describe, expect, test } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";

interface Schema {
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly $defs?: Record<string, Schema>;
  readonly $ref?: string;
}

function everything(schema: Schema, path: string): [string, Schema][] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => everything(value, `${path}.${key}`));
  const items = schema.items === undefined ? [] : everything(schema.items, `${path}[]`);
  return [[path, schema], ...inner, ...items, ...(schema.anyOf ?? []).flatMap((option) => everything(option, path))];
}

describe("the JSON Schema of a configuration", () => {
  const schema = configJsonSchema() as Schema;

  test("requires our AS number and peers, and takes no unknown key", () => {
    expect(schema.required).toEqual(["asn", "peers"]);
    for (const [path, { properties, additionalProperties }] of everything(schema, ""))
      if (properties !== undefined) expect([path, additionalProperties]).toEqual([path, false]);
  });

  test("lets checks hold checks, and describes their keys too", () => {
    const { check } = schema.$defs ?? {};
    expect(schema.properties?.vips?.items?.properties?.check).toMatchObject({ $ref: "#/$defs/check" });
    expect(check?.additionalProperties).toBe(false);
    expect(Object.keys(check?.properties ?? {})).toEqual(expect.arrayContaining(["tcp", "http", "all", "any"]));
    const silent = Object.entries(check?.properties ?? {}).filter(([, one]) => {
      const meant = one.$ref === undefined ? one : schema.$defs?.[one.$ref.replace("#/$defs/", "")];
      return meant?.description === undefined;
    });
    expect(silent).toEqual([]);
  });

  test("describes every key", () => {
    const silent = everything(schema, "").filter(([, { description }]) => description === undefined);
    expect(silent.map(([path]) => path)).toEqual([]);
  });
});
