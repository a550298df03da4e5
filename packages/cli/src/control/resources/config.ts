import { z } from "zod";
import { many, shape } from "./shape.ts";
import { configStateSchema } from "./status.ts";

/** `GET /v1/config`. */
export const configViewSchema = shape("the configuration that runs; never a secret", {
  state: configStateSchema,
  running: z.looseObject({}).meta({
    description: 'as it was understood, defaults filled in and times in milliseconds; secrets are "***"',
  }),
  overApi: many(z.object({ vip: z.string(), persisted: z.boolean(), declared: z.looseObject({}) })).meta({
    description: "virtual IPs that were declared over the API, as they were written",
  }),
});
export type ConfigView = z.output<typeof configViewSchema>;
