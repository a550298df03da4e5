import { parseAddress } from "../values/address.ts";

/** An address of this host, as far as choosing a router id needs it. */
export interface RouterIdCandidate {
  readonly address: string;
  /** Added by vipcast, now or before a crash. */
  readonly ours: boolean;
}

/** What a router id can be chosen from. */
export interface RouterIdSources {
  readonly addresses: readonly RouterIdCandidate[];
  /** Addresses of the virtual IPs of this run. */
  readonly vips: ReadonlySet<string>;
  /** The one that was used before, or null. */
  readonly persisted: string | null;
  /** Names this host where it has no address at all. */
  readonly hostIdentity: string;
}

/** A router id and where it comes from, as the middle of a sentence. */
export interface ChosenRouterId {
  readonly routerId: string;
  readonly origin: string;
}

/**
 * Chooses a BGP identifier (RFC 6286): the one used before, else the lowest IPv4 address of the host that is neither loopback nor a
 * virtual IP nor a leftover of ours. A virtual IP is the same on every node, and routers refuse two peers with one identifier in one AS.
 */
export function chooseRouterId({ addresses, vips, persisted, hostIdentity }: RouterIdSources): ChosenRouterId {
  if (persisted !== null && !vips.has(persisted)) return { routerId: persisted, origin: "as before" };
  const own = addresses
    .filter(({ address, ours }) => !ours && !vips.has(address))
    .map(({ address }) => parseAddress(address))
    .filter((address) => address !== null);
  const ipv4 = own.filter(
    ({ version, range }) => version === 4 && range !== "loopback" && range !== "linkLocal" && range !== "unspecified",
  );
  const lowest = ipv4.map(({ text }) => text).sort((a, b) => ipv4Number(a) - ipv4Number(b))[0];
  if (lowest !== undefined) return { routerId: lowest, origin: "the lowest IPv4 address of this host" };

  const ipv6 = own.filter(({ version, range }) => version === 6 && range !== "loopback" && range !== "unspecified");
  // Global before link-local: veth and virtual machines sometimes share their MAC addresses.
  const seed = ipv6.sort(
    (a, b) => Number(a.range === "linkLocal") - Number(b.range === "linkLocal") || (a.text < b.text ? -1 : 1),
  )[0]?.text;
  return {
    routerId: derivedId(seed ?? hostIdentity),
    origin:
      seed === undefined
        ? "derived from the name of this host, which has no address"
        : `derived from ${seed}, as this host has no IPv4 address`,
  };
}

function ipv4Number(text: string): number {
  return text.split(".").reduce((number, octet) => number * 256 + Number(octet), 0);
}

/** FNV-1a folded into 0.0.0.1..223.255.255.255, so that it also suits peers that want the form of a unicast address (RFC 4271 §4.2). */
function derivedId(seed: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  const first = ((hash >>> 24) % 223) + 1;
  return [first, (hash >>> 16) & 0xff, (hash >>> 8) & 0xff, hash & 0xff].join(".");
}
