import type { Server } from "node:net";
import type { PeerKey, TcpOptions } from "@vipcast/linux";
import { applyTcpOptions, dial, listen, setPeerKey, silentDrops } from "@vipcast/linux";
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
      const keys = added.flatMap((peer) => peerKey(peer, ipv6));
      // A key that changes is never absent in between.
      const gone = removed
        .flatMap((peer) => peerKey(peer, ipv6))
        .filter((key) => !keys.some((other) => isSame(key, other)));
      for (const key of gone) setPeerKey(server, { ...key, key: "" });
      for (const key of keys) setPeerKey(server, key);
    },
    rekey: (socket, { address, password }) => setPeerKey(socket, { peer: withoutZone(address), key: password ?? "" }),
    silentDrops,
    // The key is the listener's and was checked with the first segment; the rest belongs to the connection.
    accepted: (socket, peer) => applyTcpOptions(socket, tcpOptions(peer)),
  };
}

function tcpOptions(protection: SocketProtection): TcpOptions {
  const { ttlSecurity, multihop, interface: device, trafficClass = networkControl, userTimeout } = protection;
  return {
    trafficClass,
    ...(userTimeout === undefined ? {} : { userTimeoutMs: Math.round(userTimeout * 1000) }),
    ...(ttlSecurity === undefined ? {} : { ttlSecurityHops: ttlSecurity }),
    ...(multihop === undefined ? {} : { ttl: multihop }),
    ...(device === undefined ? {} : { device }),
  };
}

/** The key that a listener of this family needs for a peer: none for peers of the other one, which cannot reach it. */
function peerKey({ address, prefixLength, password }: ListenPeer, ipv6: boolean): PeerKey[] {
  if (password === undefined || address.includes(":") !== ipv6) return [];
  const range = prefixLength === undefined ? {} : { prefixLength };
  return [{ peer: withoutZone(address), ...range, key: password }];
}

function isSame(one: PeerKey, other: PeerKey): boolean {
  return one.peer === other.peer && one.prefixLength === other.prefixLength;
}

/** The kernel's keys know no interface. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

function isIpv6(server: Server): boolean {
  const address = server.address();
  return typeof address === "object" && address?.family === "IPv6";
}
