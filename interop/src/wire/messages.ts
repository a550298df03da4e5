import type { Dissection, WireMessage } from "./pdml.ts";

/** All prefixes a message announces, IPv4 NLRI and MP_REACH_NLRI alike. */
export function announcedIn(message: WireMessage): readonly string[] {
  return prefixesOf(message, /^bgp\.(nlri_prefix|mp_reach_nlri_ipv[46]_prefix)$/);
}

/** All prefixes a message withdraws. */
export function withdrawnIn(message: WireMessage): readonly string[] {
  return prefixesOf(message, /^bgp\.(withdrawn_prefix|mp_unreach_nlri_ipv[46]_prefix)$/);
}

/** The length of a prefix is the field right before its address. */
function prefixesOf(message: WireMessage, name: RegExp): readonly string[] {
  const prefixes: string[] = [];
  let length = "";
  for (const field of message.fields) {
    if (/prefix_length$/.test(field.name)) length = field.show;
    else if (name.test(field.name)) prefixes.push(`${field.show}/${length}`);
  }
  return prefixes;
}

/** The values of one of tshark's fields in a message. */
export function valuesOf(message: WireMessage, name: string): readonly string[] {
  return message.fields.filter((field) => field.name === name).map((field) => field.show);
}

/** An UPDATE without any prefix and attribute, or with an empty MP_UNREACH_NLRI alone (RFC 4724 §2). */
export function isEndOfRib(message: WireMessage): boolean {
  return message.type === "update" && message.length <= 29 && prefixesOf(message, /_prefix$/).length === 0;
}

/** Both sides announced capability 6, so that messages other than OPEN and KEEPALIVE may have 65,535 octets (RFC 8654). */
function hasExtendedMessages(dissection: Dissection): boolean {
  const senders = dissection.messages
    .filter((message) => message.type === "open" && valuesOf(message, "bgp.cap.type").includes("6"))
    .map(({ from }) => from);
  return new Set(senders).size > 1;
}

/** tshark 4.0 takes every message beyond 4,096 octets for malformed, whatever was negotiated. */
function isOnlyLong(text: string): boolean {
  const length = Number(text.match(/^Length is invalid (\d+)$/)?.[1] ?? 0);
  return length > 4096 && length <= 65535;
}

/**
 * What is wrong with the messages of one side, in sentences: packets tshark calls malformed, its warnings and errors, messages
 * beyond their limit, and types that BGP does not have.
 */
export function complaintsAbout(dissection: Dissection, side: ReadonlySet<string>): readonly string[] {
  const extended = hasExtendedMessages(dissection);
  const allowed = (text: string): boolean => extended && isOnlyLong(text);
  const complaints = dissection.malformed
    .filter(({ from, text }) => side.has(from) && !allowed(text))
    .map(({ from, text }) => `tshark calls a packet from ${from} malformed: ${text}`);
  for (const message of dissection.messages) {
    if (!side.has(message.from)) continue;
    if (message.findings.some(({ text }) => allowed(text))) continue;
    if (message.type === "unknown") complaints.push(`${message.from} sent a message of no known type`);
    if (message.length > 4096 && !extended)
      complaints.push(`${message.from} sent a message of ${message.length} octets`);
    for (const finding of message.findings)
      if (finding.severity === "warn" || finding.severity === "error")
        complaints.push(`tshark (${finding.severity}) about a ${message.type} from ${message.from}: ${finding.text}`);
  }
  return complaints;
}
