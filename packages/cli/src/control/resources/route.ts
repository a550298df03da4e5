import { z } from "zod";
import { count, many, shape } from "./shape.ts";

/** One route, sent or received. */
export const routeViewSchema = shape("one route", {
  peer: z.string(),
  direction: z.enum(["sent", "received"]),
  prefix: z.string(),
  family: z.string().meta({ description: "ipv4-unicast, ipv6-unicast, …" }),
  pathId: z.number().nullable().meta({ description: "RFC 7911; null without" }),
  nextHop: z.string().meta({ description: "self, or addresses with a space between them" }),
  origin: z.enum(["igp", "egp", "incomplete"]).nullable(),
  asPath: z.string().meta({
    description: "nearest first, sets in braces, confederation sequences in parentheses, their sets in brackets",
  }),
  med: z.number().nullable(),
  localPref: z.number().nullable(),
  communities: many(z.string()).meta({ description: "65000:100" }),
  largeCommunities: many(z.string()),
  extendedCommunities: many(z.string()).meta({ description: "16 hexadecimal digits" }),
  fingerprint: z.string().optional().meta({ description: "of sent ones: equal on two nodes, equal to routers" }),
});
export type RouteView = z.output<typeof routeViewSchema>;

/** `GET /v1/routes` as JSON; as `application/x-ndjson` it is one {@link RouteView} per line, all of them. */
export const routePageSchema = shape("a page of routes", {
  routes: many(routeViewSchema),
  total: count.meta({ description: "routes there are of these peers, before prefix is looked at" }),
  next: z.number().nullable().meta({ description: "the offset of the next page; null at the end" }),
  notes: many(z.string()).meta({
    description: "sentences about what is not there, such as peers whose routes are not kept",
  }),
});
export type RoutePage = z.output<typeof routePageSchema>;
