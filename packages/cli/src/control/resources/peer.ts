import { z } from "zod";
import { many, shape, time } from "./shape.ts";

const family = z.enum(["ipv4-unicast", "ipv6-unicast"]);
const role = z.string().meta({ description: "RFC 9234" });

const notificationSchema = shape("a NOTIFICATION", {
  direction: z.enum(["sent", "received"]),
  code: z.number(),
  subcode: z.number(),
  text: z.string().meta({ description: "code, subcode and shutdown text in words" }),
  at: time,
});

const restartSchema = shape("what the peer's OPEN says about graceful restart (RFC 4724)", {
  restartTime: z.number(),
  notification: z.boolean(),
  restarted: z.boolean(),
  families: many(z.object({ family: z.string(), forwarding: z.boolean() })),
});

const sessionSchema = shape("what is known only while Established", {
  holdTime: z.number().meta({ description: "negotiated, seconds" }),
  keepalive: z.number(),
  families: many(family),
  addPath: z.object({ send: many(family), receive: many(family) }),
  routeRefresh: z.enum(["none", "plain", "enhanced"]),
  gracefulRestart: restartSchema.optional(),
  endOfRibOutstanding: many(family),
  localAddress: z.string(),
  remoteAddress: z.string(),
  asn: z.number(),
  peerRole: role.optional(),
  prefixes: many(z.object({ family, count: z.number(), limit: z.number() })),
  routerId: z.string(),
});

const optionsSchema = shape("the options of the session in force; times in seconds, never a key", {
  asn: z.union([z.number(), z.enum(["external", "internal"])]),
  localAs: z.number(),
  port: z.number(),
  passive: z.boolean(),
  holdTime: z.number(),
  keepalive: z.number().optional(),
  connectRetry: z.number(),
  delayOpen: z.number(),
  families: many(family),
  extendedNextHop: z.boolean(),
  gracefulRestart: z.object({ restartTime: z.number(), notification: z.boolean() }).optional(),
  staleTime: z.number(),
  source: z.string().optional(),
  interface: z.string().optional(),
  multihop: z.number().optional(),
  ttlSecurity: z.number().optional(),
  md5: z.boolean(),
  trafficClass: z.number().optional(),
  userTimeout: z.number().optional(),
  role: role.optional(),
});

/** One peer: what `peer.snapshot()` of the library says, and whether it is iBGP. */
export const peerViewSchema = shape("one BGP peer", {
  address: z.string(),
  asn: z.number().meta({ description: "0 while it is not known" }),
  internal: z.boolean().meta({ description: "iBGP" }),
  description: z.string().optional(),
  options: optionsSchema,
  range: z.string().optional(),
  state: z.enum(["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"]),
  since: time.meta({ description: "when the state was entered" }),
  closed: z.boolean(),
  paused: z.boolean(),
  shutdown: z.string().optional(),
  heldDown: z.object({ cause: z.string(), until: time.optional() }).optional(),
  stale: many(
    shape("routes that are kept although the peer has not confirmed them, and why", {
      family,
      cause: z.enum(["restart", "refresh"]),
      why: z.string(),
      routes: z.number(),
      since: time,
      until: time,
    }),
  ),
  gracefulShutdown: z.boolean(),
  session: sessionSchema.optional(),
  counters: shape("since the peer was added", {
    messagesReceived: z.number(),
    messagesSent: z.number(),
    updatesReceived: z.number(),
    updatesSent: z.number(),
    octetsReceived: z.number(),
    octetsSent: z.number(),
    established: z.number().meta({ description: "how often the session became Established" }),
  }),
  routes: shape("how many routes there are", {
    desired: z.number(),
    advertised: z.number(),
    pending: z.number(),
    refused: many(z.object({ prefix: z.string(), pathId: z.number().optional(), reason: z.string() })),
    received: z.number().meta({ description: "accepted, see keepReceived in the configuration" }),
  }),
  lastNotificationSent: notificationSchema.optional(),
  lastNotificationReceived: notificationSchema.optional(),
  lastDown: z.object({ reason: z.string(), cause: z.string(), at: time }).optional(),
});
export type PeerView = z.output<typeof peerViewSchema>;

/** `GET /v1/peers`. */
export const peerListSchema = shape("every peer, in the order of the configuration", { peers: many(peerViewSchema) });
export type PeerList = z.output<typeof peerListSchema>;
