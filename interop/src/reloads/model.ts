/** A configuration of `vipcast run` as plain data; JSON is YAML. */
export interface Config {
  readonly asn: number;
  readonly routerId: string;
  readonly stateDir: string;
  readonly metrics: object;
  readonly drain: string;
  readonly drainIdle?: string;
  readonly logLevel: string;
  readonly listen: readonly string[];
  readonly peers: readonly Peer[];
  readonly vips: readonly Vip[];
}

export interface Peer {
  readonly address: string;
  readonly asn: number;
  readonly port?: number;
  readonly description?: string;
  readonly passwordFile?: string;
  readonly timers?: { readonly holdTime?: string; readonly connectRetry?: string };
}

export interface Vip {
  readonly prefix: string;
  readonly med?: number;
  readonly communities?: readonly string[];
  readonly weight?: string;
  readonly drain?: string;
  readonly check?: Readonly<Record<string, unknown>>;
}

/** What is done to a configuration. */
export interface Mutation {
  readonly what: string;
  readonly config: Config;
  /** The file is to be broken as well: nothing may change. */
  readonly broken?: boolean;
  /** The key of the session that has one is to be this from now on, on both sides. */
  readonly key?: string;
}

/** mulberry32: the same seed gives the same run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** VIPs with these prefixes come and go; the others are held by connections and only change. */
const passing = Array.from({ length: 40 }, (_, index) => `192.0.2.${100 + index}/32`);

/** One random valid change of a configuration, or a broken file. `stable` are the prefixes that must stay. */
export function mutate(config: Config, stable: readonly string[], random: () => number): Mutation {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const number = (below: number): number => Math.floor(random() * below);
  const changeVip = (change: (vip: Vip) => Vip): Config => {
    const { prefix } = pick(config.vips);
    return { ...config, vips: config.vips.map((vip) => (vip.prefix === prefix ? change(vip) : vip)) };
  };
  const changePeer = (change: (peer: Peer) => Peer): Config => {
    const { address } = pick(config.peers.filter(({ address }) => address !== ghost));
    return { ...config, peers: config.peers.map((peer) => (peer.address === address ? change(peer) : peer)) };
  };
  const mutations: readonly (readonly [weight: number, make: () => Mutation])[] = [
    [
      6,
      () => {
        const prefix = pick(passing.filter((one) => !config.vips.some((vip) => vip.prefix === one)));
        return { what: "vip added", config: { ...config, vips: [...config.vips, { prefix }] } };
      },
    ],
    [
      6,
      () => {
        const going = config.vips.filter(({ prefix }) => !stable.includes(prefix));
        const { prefix } = going.length === 0 ? { prefix: "" } : pick(going);
        return {
          what: "vip removed",
          config: { ...config, vips: config.vips.filter((vip) => vip.prefix !== prefix) },
        };
      },
    ],
    [3, () => ({ what: "med", config: changeVip((vip) => ({ ...vip, med: number(1000) })) })],
    [
      3,
      () => ({ what: "communities", config: changeVip((vip) => ({ ...vip, communities: [`65001:${number(100)}`] })) }),
    ],
    [3, () => ({ what: "drain", config: changeVip((vip) => ({ ...vip, drain: `${number(100)}ms` })) })],
    [
      5,
      () => ({
        what: "check",
        config: changeVip((vip) => ({
          ...vip,
          check: {
            ...(random() < 0.5 ? { tcp: "127.0.0.1:7000" } : { exec: ["true"] }),
            interval: `${200 + number(800)}ms`,
            timeout: "200ms",
            rise: 1 + number(3),
            fall: 2 + number(3),
          },
        })),
      }),
    ],
    [
      2,
      () => ({
        what: "description",
        config: changePeer((peer) => ({ ...peer, description: `number ${number(1000)}` })),
      }),
    ],
    [
      2,
      () => ({
        what: "connectRetry",
        config: changePeer((peer) => ({ ...peer, timers: { ...peer.timers, connectRetry: `${1 + number(5)}s` } })),
      }),
    ],
    [
      1,
      () => ({
        what: "holdTime",
        config: changePeer((peer) => ({ ...peer, timers: { ...peer.timers, holdTime: `${30 + number(60)}s` } })),
      }),
    ],
    [2, () => ({ what: "key", config, key: `key ${number(1_000_000)}` })],
    [2, () => ({ what: "logLevel", config: { ...config, logLevel: pick(["debug", "info", "warn"]) } })],
    [2, () => ({ what: "drain of all", config: { ...config, drain: `${number(100)}ms` } })],
    [
      2,
      () => ({
        what: "listen",
        config: { ...config, listen: config.listen.length > 0 ? [] : ["10.0.0.1:1799", "[fd00::1]:1799"] },
      }),
    ],
    [2, () => ({ what: "a peer that nobody is", config: { ...config, peers: withGhost(config.peers) } })],
    [1, () => ({ what: "needs a restart", config: { ...config, drainIdle: `${1 + number(5)}s` } })],
    [2, () => ({ what: "broken", config, broken: true })],
    [1, () => ({ what: "nothing", config })],
  ];
  let at = random() * mutations.reduce((sum, [weight]) => sum + weight, 0);
  const chosen = mutations.find(([weight]) => {
    at -= weight;
    return at < 0;
  });
  return (chosen ?? mutations[0]!)[1]();
}

/** A peer that does not answer. */
const ghost = "10.0.0.99";

function withGhost(peers: readonly Peer[]): readonly Peer[] {
  return peers.some(({ address }) => address === ghost)
    ? peers.filter(({ address }) => address !== ghost)
    : [...peers, { address: ghost, asn: 65000 }];
}
