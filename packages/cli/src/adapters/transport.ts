import type { Server } from "node:net";
import type { PeerKey, TcpOptions } from "@vipcast/linux";
import { applyTcpOptions, dial, listen, setPeerKey } from "@vipcast/linux";
import type { ListenPeer, SocketProtection, Transport } from "@vipcast/speaker";

/** CS6, the class that networks keep for their routing protocols (RFC 4594 §3.2). */
const networkControl = 0xc0;

/**
 * How the speaker's sockets are made: by the kernel's own interface, which can set keys, TTL limits, the device and the traffic class.
 * `ttlSecurity` tells whether any peer uses it: the answer to a SYN leaves before anybody knows which peer it is for.
 */
export function kernelTransport(options: { readonly ttlSecurity: boolean }): Transport {
  return {
    connect: ({ host, port, localAddress, ...protection }) =>
      dial({
        host,
        port,
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(protection.password === undefined ? {} : { md5Key: protection.password }),
        ...tcpOptions(protection),
      }),
    listen: ({ host, port, peers }) =>
      listen(
        {
          host,
          port,
          md5Keys: peers.flatMap((peer) => peerKey(peer, host.includes(":"))),
          trafficClass: networkControl,
          ...(options.ttlSecurity ? { ttl: 255 } : {}),
        },
        // The speaker subscribes to the server itself.
        () => undefined,
      ),
    peersChanged: (server, { added, removed }) => {
      const ipv6 = isIpv6(server);
      for (const { peer } of removed.flatMap((gone) => peerKey(gone, ipv6))) setPeerKey(server, { peer, key: "" });
      for (const key of added.flatMap((peer) => peerKey(peer, ipv6))) setPeerKey(server, key);
    },
    // The key is the listener's and was checked with the first segment; the rest belongs to the connection.
    accepted: (socket, peer) => applyTcpOptions(socket, tcpOptions(peer)),
  };
}

function tcpOptions({ ttlSecurity, multihop, interface: device }: SocketProtection): TcpOptions {
  return {
    trafficClass: networkControl,
    ...(ttlSecurity === undefined ? {} : { ttlSecurityHops: ttlSecurity }),
    ...(multihop === undefined ? {} : { ttl: multihop }),
    ...(device === undefined ? {} : { device }),
  };
}

/** The key that a listener of this family needs for a peer: none for peers of the other one, which cannot reach it. */
function peerKey({ address, password }: ListenPeer, ipv6: boolean): PeerKey[] {
  if (password === undefined || address.includes(":") !== ipv6) return [];
  return [{ peer: address.replace(/%.*$/, ""), key: password }];
}

function isIpv6(server: Server): boolean {
  const address = server.address();
  return typeof address === "object" && address?.family === "IPv6";
}
