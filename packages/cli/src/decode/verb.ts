import type { VerbSpec } from "../arguments/option.ts";

const input = "Input:";
const session = "How to read it:";
const output = "Output:";

/** `vipcast decode` as its command line sees it. */
export const decodeVerb: VerbSpec = {
  name: "decode",
  summary: "Show the BGP messages in a file or a pipe: hexadecimal, raw octets, packet captures, MRT dumps.",
  operandHelp: [["[FILE|-]", "what to read; - or nothing: standard input. gzip and bzip2 are unpacked"]],
  looksLikeOperand: () => true,
  options: [
    { group: input, name: "hex", summary: "text: one or more whole messages per line; # begins a comment" },
    { group: input, name: "raw", summary: "a byte stream of messages" },
    { group: input, name: "pcap", summary: "a packet capture, pcap or pcapng; TCP streams are put together" },
    { group: input, name: "mrt", summary: "an MRT file (RFC 6396): UPDATE archives and RIB dumps" },
    {
      group: session,
      name: "two-octet-as",
      summary: "AS numbers in AS_PATH and AGGREGATOR have two octets (default: four, or what the input says)",
    },
    {
      group: session,
      name: "add-path",
      value: "FAMILY",
      complete: ["ipv4-unicast", "ipv6-unicast", "ipv4-multicast", "ipv6-multicast"],
      repeatable: true,
      summary: "NLRI of this family, as ipv4-unicast, carry path identifiers (RFC 7911); repeatable",
    },
    {
      group: session,
      name: "ibgp",
      summary: "judge attributes as from an internal peer (default: external, or what the input says)",
    },
    { group: output, name: "json", summary: "one JSON object per message (default: one line per route)" },
    {
      group: output,
      name: "prefix",
      value: "PREFIX",
      repeatable: true,
      summary: "only messages with a route to PREFIX or inside it (more specific ones included); repeatable",
    },
    {
      group: output,
      name: "peer-as",
      value: "N",
      repeatable: true,
      summary: "only what a peer of this AS sent: captures and MRT say who did; repeatable",
    },
    {
      group: output,
      name: "type",
      value: "TYPE",
      complete: [
        "open",
        "update",
        "notification",
        "keepalive",
        "route-refresh",
        "malformed",
        "rib",
        "peer-index",
        "state-change",
      ],
      repeatable: true,
      summary:
        "only open, update, notification, keepalive, route-refresh, malformed, rib, peer-index or state-change; repeatable",
    },
  ],
  epilogue: `Without a flag the format is told from the content. A malformed message is output like any other; what the input lacks is said on
standard error.

Exit codes: 0 everything was read; 1 something could not be read, all before it was output; 2 wrong usage, or the file cannot be opened.

Examples:
  echo ffffffffffffffffffffffffffffffff001304 | vipcast decode --hex --json
  tcpdump -U -w - 'tcp port 179' | vipcast decode
  vipcast decode --prefix 192.0.2.0/24 updates.20260101.0000.gz`,
};
