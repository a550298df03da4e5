/** BGP messages as hexadecimal text, put together by hand: nothing of the codec under test is used here. */

const u8 = (value: number): string => value.toString(16).padStart(2, "0");
const u16 = (value: number): string => value.toString(16).padStart(4, "0");
const u32 = (value: number): string => value.toString(16).padStart(8, "0");
const lengthOf = (hex: string): number => hex.length / 2;

export const marker: string = "ff".repeat(16);

/** A message; `length` overrides the length field, which else is right. */
export function message(type: number, body = "", length: number = 19 + lengthOf(body)): string {
  return `${marker}${u16(length)}${u8(type)}${body}`;
}

export const keepalive: string = message(4);

export function notification(code: number, subcode: number, data = ""): string {
  return message(3, `${u8(code)}${u8(subcode)}${data}`);
}

export const capability = {
  ipv4: "010400010001",
  ipv6: "010400020001",
  fourOctetAs: (asn: number): string => `4104${u32(asn)}`,
} as const;

/** Optional parameter type 2 with these capabilities (RFC 5492 §4). */
export function capabilities(...values: readonly string[]): string {
  const all = values.join("");
  return `02${u8(lengthOf(all))}${all}`;
}

/** An OPEN of AS 65000 with router id 10.0.0.2, IPv4 and IPv6 unicast and four-octet AS numbers, where nothing else is said. */
export function open(
  fields: {
    readonly version?: number;
    readonly asn?: number;
    readonly holdTime?: number;
    readonly routerId?: string;
    readonly parameters?: string;
  } = {},
): string {
  const { version = 4, asn = 65000, holdTime = 90, routerId = "0a000002" } = fields;
  const { parameters = capabilities(capability.ipv4, capability.ipv6, capability.fourOctetAs(asn)) } = fields;
  return message(1, `${u8(version)}${u16(asn)}${u16(holdTime)}${routerId}${u8(lengthOf(parameters))}${parameters}`);
}

/** Path attributes of an IPv4 route over a session with four-octet AS numbers. */
export const attribute = {
  origin: "40010100",
  asPath: "4002060201" + "0000fde8",
  nextHop: "4003047f000009",
  med: "80040400000005",
  community: "c00804fde80001",
} as const;

/** What every route must have, and a MULTI_EXIT_DISC to recognise it by. */
export const wellKnown: string = attribute.origin + attribute.asPath + attribute.nextHop + attribute.med;

/** An UPDATE (RFC 4271 §4.3); the lengths override what they count. */
export function update(
  fields: {
    readonly withdrawn?: string;
    readonly attributes?: string;
    readonly nlri?: string;
    readonly withdrawnLength?: number;
    readonly attributesLength?: number;
  } = {},
): string {
  const { withdrawn = "", attributes = "", nlri = "" } = fields;
  const { withdrawnLength = lengthOf(withdrawn), attributesLength = lengthOf(attributes) } = fields;
  return message(2, `${u16(withdrawnLength)}${withdrawn}${u16(attributesLength)}${attributes}${nlri}`);
}

/** A host route's NLRI. */
export function host(last: number): string {
  return `20c00002${u8(last)}`;
}

/** Whole messages, as hexadecimal text each; the length field alone says where one ends. */
export function split(hex: string): readonly string[] {
  const messages: string[] = [];
  for (let at = 0; at < hex.length; ) {
    const digits = 2 * Number.parseInt(hex.slice(at + 32, at + 36), 16);
    messages.push(hex.slice(at, at + Math.max(digits, 38)));
    at += Math.max(digits, 38);
  }
  return messages;
}
