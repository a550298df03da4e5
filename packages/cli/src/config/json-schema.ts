import { z } from "zod";
import { configSchema } from "./schema/root.ts";

/** The schema of a configuration file as JSON Schema 2020-12, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, {
    io: "input",
    // zod leaves these two out where a value is transformed; ours are about what is written.
    override: ({ zodSchema, jsonSchema }) => {
      const { examples, default: fallback } = z.globalRegistry.get(zodSchema) ?? {};
      if (examples !== undefined) jsonSchema.examples = examples as unknown[];
      if (fallback !== undefined) jsonSchema.default = fallback as string | number | boolean;
    },
  }) as Record<string, unknown>;
  return { $schema, title: "vipcast", ...rest };
}
