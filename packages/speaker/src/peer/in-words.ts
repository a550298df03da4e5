import { describeNotification, type NotificationBody } from "@vipcast/bgp";
import type { PeerNotification } from "../handlers.ts";

/** A NOTIFICATION as handlers get it. */
export function inWords(direction: "sent" | "received", body: NotificationBody): PeerNotification {
  return { ...body, direction, text: describeNotification(body) };
}
