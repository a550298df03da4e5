import type { LocalAddress } from "../options.ts";
import type { PeerSettings } from "../peer/peer-settings.ts";
import { nextHopsOn } from "../routes/local-addresses.ts";
import type { DialOptions, SocketProtection } from "./options.ts";
import { formatPeerAddress, isLinkLocal, isLoopback } from "./peer-address.ts";

/** What the source of a dial is chosen from. */
export interface SourceContext {
  readonly localAddresses: () => readonly LocalAddress[];
  /** Addresses that we announce: a connection from one would end when it moves. */
  readonly announced: (address: Uint8Array) => boolean;
}

/** How to reach a peer now. A source that is an interface is looked up each time; throws in words when it has no address to offer. */
export function dialOptions(
  { address, port, source }: Pick<PeerSettings, "address" | "port" | "source">,
  protection: SocketProtection,
  { localAddresses, announced }: SourceContext,
): DialOptions {
  const target = { host: address.text, port, ...protection };
  if (source === null) return target;
  if ("address" in source) return { ...target, localAddress: source.address.text };
  const { interface: name } = source;
  const size = address.bytes.length === 4 ? 4 : 16;
  const candidates = nextHopsOn(new Set([name]), size, localAddresses(), {
    loopback: isLoopback(address.bytes),
    taken: announced,
  });
  const wanted = isLinkLocal(address.bytes);
  const found = candidates.find((candidate) => isLinkLocal(candidate) === wanted) ?? candidates[0];
  if (found === undefined)
    throw new Error(
      `source interface ${name} has no IPv${size === 4 ? 4 : 6} address to connect from: add one, or set another source`,
    );
  return { ...target, localAddress: formatPeerAddress(found, isLinkLocal(found) ? name : null) };
}
