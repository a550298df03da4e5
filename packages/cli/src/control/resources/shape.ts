import { z } from "zod";

/** An object of an answer: its keys, and one sentence about it. A newer daemon may say more. */
export function shape<Shape extends z.core.$ZodLooseShape>(
  description: string,
  keys: Shape,
): z.ZodObject<Shape, z.core.$strip> {
  return z.object(keys).meta({ description });
}

/** A list of an answer. */
export function many<Item extends z.ZodType>(item: Item): z.ZodReadonly<z.ZodArray<Item>> {
  return z.array(item).readonly();
}

/** ISO 8601 with milliseconds, UTC. */
export const time: z.ZodString = z.string().meta({ description: "ISO 8601, UTC" });

/** A whole number from 0. */
export const count: z.ZodNumber = z.number();
