import type { z } from "zod";
import { parseInterface, parseSource } from "../../announce/peer.ts";
import { accept, type Parsed, refuse } from "../../arguments/problem.ts";
import { parseAsn } from "../../values/numbers.ts";
import { readPeerAddress } from "../../values/peer-address.ts";
import { field, list, section } from "./field.ts";
import { flag, integer, oneOf, path, text } from "./scalars.ts";
import { timersSchema } from "./timers.ts";

const variable = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

/** The name of the variable in `${NAME}`: a secret never stands in the file itself. */
function parseSecret(value: string): Parsed<string> {
  const name = variable.exec(value)?.[1];
  return name === undefined
    ? refuse("a secret does not stand in a configuration file", "write passwordFile: PATH, or password: ${NAME}")
    : accept(name);
}

/** One item of `peers`. */
export const peerSchema = section("a BGP peer", {
  address: field(
    { description: "its address; a link-local one with its interface, fe80::1%eth0", examples: ["10.0.0.254"] },
    (value): Parsed<string> => {
      const words = { examples: "10.0.0.254 or 2001:db8::1", written: (address: string) => address };
      const read = readPeerAddress(value, undefined, words);
      if (!read.ok) return read;
      const { text, zone } = read.value;
      return accept(zone === null ? text : `${text}%${zone}`);
    },
  ),
  asn: field(
    { description: "its AS number; our own makes it iBGP", type: ["integer", "string"], examples: [65000] },
    (value) => parseAsn(value, "asn: 65000"),
  ),
  port: integer({ description: "its TCP port", default: 179 }, 1, 65535, "a TCP port", 179).optional(),
  passive: flag({ description: "wait for it to connect; needs listen", default: false }).optional(),
  passwordFile: path({
    description: "file with the TCP MD5 key (RFC 2385); one newline at its end is ignored",
    examples: ["/etc/vipcast/peer.key"],
  }).optional(),
  password: field(
    { description: "the environment variable that holds the TCP MD5 key", secret: true, examples: ["${PEER_KEY}"] },
    parseSecret,
  ).optional(),
  ttlSecurity: integer(
    { description: "drop packets from farther away than so many hops (RFC 5082)" },
    1,
    254,
    "the number of hops the peer may be away",
    1,
  ).optional(),
  multihop: integer({ description: "TTL of our packets" }, 1, 255, "the TTL of our packets", 2).optional(),
  source: field({ description: "local address to connect from", examples: ["10.0.0.1"] }, parseSource).optional(),
  interface: field(
    { description: "the interface to bind the session to", examples: ["eth0"] },
    parseInterface,
  ).optional(),
  families: list(
    "address families to offer (default: both)",
    oneOf({ description: "an address family" }, ["ipv4", "ipv6", "ipv4-unicast", "ipv6-unicast"]),
  ).optional(),
  addPath: oneOf({ description: "offer ADD-PATH (RFC 7911) for all families of the peer (default: not at all)" }, [
    "send",
    "receive",
    "both",
  ]).optional(),
  gracefulRestart: integer(
    {
      description:
        "seconds that it keeps our routes when the session breaks (RFC 4724), also when this host is dead; 0: not at all",
      default: 0,
    },
    0,
    10,
    "the seconds that the peer keeps our routes",
    10,
  ).optional(),
  advertisementInterval: integer(
    {
      description:
        "least seconds between two announcements of a route, jittered (RFC 4271 §9.2.1.1); withdrawals never wait",
      default: 0,
    },
    0,
    600,
    "the least seconds between two announcements of a route",
    5,
  ).optional(),
  keepReceived: integer(
    {
      description:
        "keep up to so many of the routes that it sends, to be shown by vipcast routes --received; nothing else uses them. 0: none",
      default: 0,
    },
    0,
    10_000_000,
    "the number of routes to keep",
    1000,
  ).optional(),
  description: text({ description: "for logs and tables" }, 255).optional(),
  timers: timersSchema.optional(),
});

/** A peer as written. */
export type PeerInput = z.output<typeof peerSchema>;
