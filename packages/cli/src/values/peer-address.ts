import { accept, type Parsed, refuse } from "../arguments/problem.ts";
import { embedsIpv4, type IpAddress, isUnicast, parseAddress } from "./address.ts";

/** How the remedies of {@link readPeerAddress} speak. */
export interface PeerAddressWords {
  /** Two whole examples, joined by "or". */
  readonly examples: string;
  /** An address as the user writes it. */
  readonly written: (address: string) => string;
}

/** The address of a BGP peer: unicast, and a link-local one with its zone, which `device` gives where the address does not. */
export function readPeerAddress(
  text: string,
  device: string | undefined,
  { examples, written }: PeerAddressWords,
): Parsed<IpAddress> {
  const address = parseAddress(text);
  if (address === null) {
    return refuse("begins with the IPv4 or IPv6 address of the peer", `write for example ${examples}`);
  }
  if (embedsIpv4(address)) return refuse("is an IPv4 address in the form of IPv6", "write it as IPv4");
  if (!isUnicast(address)) {
    const article = address.range === "broadcast" ? "a" : /^[aeiou]/.test(address.range) ? "an" : "a";
    return refuse(
      `${address.text} is ${article} ${address.range} address and no peer's`,
      "write the peer's own address",
    );
  }
  const linkLocal = address.version === 6 && address.range === "linkLocal";
  if (address.zone !== null && !linkLocal) {
    return refuse(
      "only a link-local IPv6 address has a zone",
      `write ${written(address.text)}, with interface=${address.zone} to bind the session to it`,
    );
  }
  const zone = linkLocal ? (address.zone ?? device ?? null) : null;
  if (linkLocal && zone === null)
    return refuse("a link-local address needs its interface", `write ${written(`${address.text}%eth0`)}`);
  return accept({ ...address, zone });
}
