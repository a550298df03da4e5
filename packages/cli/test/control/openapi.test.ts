import { describe, expect, test } from "vitest";
import { openApiDocument } from "../../src/control/openapi.ts";
import { endpoints } from "../../src/control/resources/endpoints.ts";

type Json = Readonly<Record<string, unknown>>;
const document = openApiDocument("1.2.3");
const components = document.components as { readonly schemas: Readonly<Record<string, Json>> };

describe("the OpenAPI document", () => {
  test("has every endpoint under its own name, and every name in a path as a parameter", () => {
    const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Json>>>>;
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId, parameters = [] }]) => {
        const named = (parameters as readonly Json[]).filter((parameter) => parameter.in === "path");
        expect(named.map(({ name }) => name)).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
        return [operationId, method.toUpperCase(), path];
      }),
    );
    expect(operations.sort()).toEqual(endpoints.map(({ id, method, path }) => [id, method, path]).sort());
  });

  test("refers only to schemas that it has, and has none that nothing refers to", () => {
    const referred = new Set(
      [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name),
    );
    expect([...referred].sort()).toEqual(Object.keys(components.schemas).sort());
    expect(JSON.stringify(document)).not.toContain("__shared");
  });

  test("says what may be written, strictly, and what is answered, for newer daemons too", () => {
    expect(components.schemas.VipInput).toMatchObject({
      type: "object",
      additionalProperties: false,
      properties: { drain: { type: ["string", "number"] }, check: { $ref: "#/components/schemas/CheckInput" } },
    });
    expect(components.schemas.Status).not.toHaveProperty("additionalProperties");
    expect(components.schemas.Problem).toMatchObject({
      required: expect.arrayContaining(["type", "title", "status", "detail"]),
    });
  });
});
