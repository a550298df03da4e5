import type { ConfigSettings, ConfiguredPeer } from "../config/settings.ts";

/** One node as the router sees it. */
export interface NodeAddress {
  readonly address: string;
  /** False where nobody knows it: what stands in `address` is to be replaced. */
  readonly known: boolean;
}

/** Everything the router's side of one session is made from. */
export interface RouterSide {
  /** The router: what our configuration calls a peer. */
  readonly router: string;
  readonly version: 4 | 6;
  /** The interface of a link-local address, as this host calls it. */
  readonly zone: string | null;
  readonly description: string | null;
  readonly asn: number;
  /** The port that it listens on. */
  readonly port: number;
  readonly nodes: readonly NodeAddress[];
  readonly nodeAsn: number;
  /** The port that the nodes listen on; null: they only dial. */
  readonly nodePort: number | null;
  /** It has to dial, because the nodes wait for it. */
  readonly dials: boolean;
  readonly holdTime: number;
  readonly keepalive: number;
  readonly connectRetry: number;
  readonly password: boolean;
  /** Hops within which GTSM accepts packets; null: off. */
  readonly ttlSecurity: number | null;
  /** TTL of packets to a node that is farther away; null: it is on a link of the router's. */
  readonly multihop: number | null;
  readonly gracefulRestart: number | null;
  /** What the router does with path identifiers. */
  readonly addPath: "send" | "receive" | "both" | null;
  readonly prefixes: { readonly 4: readonly string[]; readonly 6: readonly string[] };
  readonly families: readonly (4 | 6)[];
}

/** What stands where the address of a node is not known: of the documentation's own, so that it is never somebody's. */
const unknownNode: Readonly<Record<4 | 6, string>> = { 4: "192.0.2.1", 6: "2001:db8::1" };
/** What stands where a password belongs. */
export const passwordPlaceholder = "REPLACE-WITH-THE-KEY";

/** The router's side of the session with one peer of a configuration. `nodes` are the addresses of the nodes, where they are known. */
export function routerSide(
  settings: Pick<ConfigSettings, "asn" | "listen" | "vips">,
  peer: ConfiguredPeer,
  nodes: readonly string[],
): RouterSide {
  const [router = peer.address, zone = null] = peer.address.split("%");
  const { version, timers, addPath } = peer;
  const fitting = nodes.filter(
    (address) => address.includes(":") === (version === 6) && isLinkLocal(address) === isLinkLocal(router),
  );
  const listener = settings.listen.find(({ host }) => host.includes(":") === (version === 6));
  const prefixesOf = (family: 4 | 6): readonly string[] =>
    settings.vips.filter((vip) => vip.family === family).map(({ prefix }) => prefix);
  return {
    router,
    version,
    zone,
    description: peer.description,
    asn: peer.asn,
    port: peer.port,
    nodes:
      fitting.length === 0
        ? [{ address: unknownNode[version], known: false }]
        : fitting.map((address) => ({ address: address.replace(/%.*$/, ""), known: true })),
    nodeAsn: settings.asn,
    nodePort: listener?.port ?? null,
    dials: peer.passive,
    holdTime: timers.holdTime,
    keepalive: timers.holdTime === 0 ? 0 : Math.max(1, Math.floor(timers.keepalive)),
    connectRetry: Math.max(1, Math.round(timers.connectRetry)),
    password: peer.passwordFile !== null || peer.passwordVariable !== null,
    ttlSecurity: peer.ttlSecurity,
    multihop: peer.multihop,
    gracefulRestart: peer.gracefulRestart,
    addPath: addPath === "send" ? "receive" : addPath === "receive" ? "send" : addPath,
    prefixes: { 4: prefixesOf(4), 6: prefixesOf(6) },
    families: peer.families.map((family) => (family === "ipv4-unicast" ? 4 : 6)),
  };
}

/** fe80::/10. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

/** What is to be replaced or looked at by hand, as sentences with a period. */
export function handwork(side: RouterSide): readonly string[] {
  const notes: string[] = [];
  if (side.nodes.some(({ known }) => !known))
    notes.push(
      `Replace ${unknownNode[side.version]} by the address of each node, as the router sees it (or give them with --node ADDR).`,
    );
  if (side.password) notes.push(`Replace ${passwordPlaceholder} by the TCP MD5 key.`);
  if (side.zone !== null) notes.push(`The interface is called ${side.zone} on the node; write its name on the router.`);
  if (side.gracefulRestart !== null)
    notes.push(
      `The nodes ask for ${side.gracefulRestart} s of graceful restart: a node that dies keeps its traffic for so long.`,
    );
  return notes;
}

/** What else ECMP needs on the router, whatever its software. */
export const hashingAdvice: readonly string[] = [
  "Hash on ports as well as addresses, or one client always meets the same node:",
  "  sysctl net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1",
];
