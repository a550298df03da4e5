import { z } from "zod";
import { many, shape, time } from "./shape.ts";

/** One event: the line that `--json` prints (the fields depend on `event`), and its id. */
export const eventLineSchema = z
  .looseObject({
    id: z
      .string()
      .optional()
      .meta({ description: "for Last-Event-ID; absent for events.lost, which are this reader's own" }),
    time,
    event: z.string().meta({ description: "peer.established, vip.withdrawn, …" }),
    causes: many(z.string()).meta({ description: "sentences, nearest cause first" }),
    peer: z.string().optional(),
    vip: z.string().optional(),
  })
  .meta({ description: "one event; further fields as its kind has them" });
export type EventLine = z.output<typeof eventLineSchema>;

/** `GET /v1/events` as JSON: the past alone. */
export const eventListSchema = shape("events that are kept, oldest first", {
  events: many(eventLineSchema),
  lost: z.number().meta({ description: "older ones of the wanted time that are not kept any more" }),
});
export type EventList = z.output<typeof eventListSchema>;
