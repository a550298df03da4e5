import { forEachMessage, type NetlinkMessage } from "../../src/netlink/message.ts";

/** Octets of hex text; spaces and line breaks are for the reader. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s+/g, ""), "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** The first netlink message of hex text. */
export function messageOf(hex: string): NetlinkMessage {
  const messages: NetlinkMessage[] = [];
  forEachMessage(fromHex(hex), (message) => messages.push(message));
  const [first] = messages;
  if (first === undefined) throw new Error("no netlink message in the fixture");
  return first;
}

/** Names as `if_indextoname` would give them in the captures: lo, vb and va. */
export const interfaceName = (ifindex: number): string => ["", "lo", "vb", "va"][ifindex] ?? "";
