/** Reads what tshark says about a capture: its PDML, one `<packet>` after another, each with the tree of what was dissected. */

export type MessageType = "open" | "update" | "notification" | "keepalive" | "route-refresh" | "unknown";

/** One field of tshark's tree, in the order of the message. */
export interface WireField {
  /** tshark's filter name, as `bgp.update.path_attribute.origin`. */
  readonly name: string;
  /** The value as tshark shows it. */
  readonly show: string;
  /** The whole line as tshark shows it. */
  readonly text: string;
}

/** Something tshark finds wrong or remarkable. */
export interface WireFinding {
  readonly severity: "chat" | "note" | "warn" | "error";
  readonly text: string;
}

/** One BGP message on the wire. */
export interface WireMessage {
  /** When its last octet was captured, in seconds since 1970, with nanoseconds where the capture has them. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly type: MessageType;
  /** Octets, header included. */
  readonly length: number;
  readonly fields: readonly WireField[];
  readonly findings: readonly WireFinding[];
}

/** What tshark read. */
export interface Dissection {
  readonly messages: readonly WireMessage[];
  /** Packets that broke a dissector, each with who sent it and the last thing tshark found before. */
  readonly malformed: readonly { readonly from: string; readonly text: string }[];
}

const types: Readonly<Record<string, MessageType>> = {
  "1": "open",
  "2": "update",
  "3": "notification",
  "4": "keepalive",
  "5": "route-refresh",
};
const severities: Readonly<Record<string, WireFinding["severity"]>> = {
  Chat: "chat",
  Note: "note",
  Warning: "warn",
  Warn: "warn",
  Error: "error",
};

interface Packet {
  at: number;
  from: string;
  to: string;
  fromPort: number;
  toPort: number;
}

/** Reads `tshark -T pdml -J bgp`, which has every element on a line of its own. */
export function parsePdml(pdml: string): Dissection {
  const messages: WireMessage[] = [];
  const malformed: { from: string; text: string }[] = [];
  let packet: Packet = { at: 0, from: "", to: "", fromPort: 0, toPort: 0 };
  let open: { fields: WireField[]; findings: WireFinding[] } | null = null;

  const finish = (): void => {
    if (open === null) return;
    const value = (name: string): string => open?.fields.find((field) => field.name === name)?.show ?? "";
    messages.push({
      ...packet,
      type: types[value("bgp.type")] ?? "unknown",
      length: Number(value("bgp.length")),
      fields: open.fields,
      findings: open.findings,
    });
    open = null;
  };

  for (const line of pdml.split("\n")) {
    const element = line.match(/^\s*<(\/?\w+)(?: name="([^"]*)")?/);
    if (element === null) continue;
    const [, tag = "", name = ""] = element;
    if (tag === "packet") packet = { at: 0, from: "", to: "", fromPort: 0, toPort: 0 };
    else if (tag === "proto") {
      const found = open?.findings.at(-1)?.text;
      finish();
      const text = attribute(line, "showname");
      if (name === "bgp") open = { fields: [], findings: [] };
      else if (name === "ip" || name === "ipv6") addressesInto(packet, text);
      else if (name === "tcp") portsInto(packet, text);
      else if (name === "_ws.malformed") malformed.push({ from: packet.from, text: found ?? text });
    } else if (tag === "/proto") finish();
    else if (tag === "field") {
      if (name === "timestamp") packet.at = Number(attribute(line, "value"));
      else if (name === "_ws.expert") open?.findings.push(findingOf(attribute(line, "showname")));
      else if (name !== "" && !name.startsWith("_ws."))
        open?.fields.push({ name, show: attribute(line, "show"), text: attribute(line, "showname") });
    }
  }
  return { messages, malformed };
}

/** `Internet Protocol Version 6, Src: fd00::1, Dst: fd00::254`. */
function addressesInto(packet: Packet, text: string): void {
  packet.from = text.match(/Src: ([^\s,]+)/)?.[1] ?? "";
  packet.to = text.match(/Dst: ([^\s,]+)/)?.[1] ?? "";
}

function portsInto(packet: Packet, text: string): void {
  packet.fromPort = Number(text.match(/Src Port: (\d+)/)?.[1] ?? 0);
  packet.toPort = Number(text.match(/Dst Port: (\d+)/)?.[1] ?? 0);
}

/** `Expert Info (Warning/Protocol): Bad length`. */
function findingOf(text: string): WireFinding {
  const [, word = "", rest = text] = text.match(/^Expert Info \((\w+)\/[^)]*\): (.*)$/s) ?? [];
  return { severity: severities[word] ?? "error", text: rest };
}

function attribute(line: string, name: string): string {
  const value = line.match(new RegExp(` ${name}="([^"]*)"`))?.[1] ?? "";
  return value
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
