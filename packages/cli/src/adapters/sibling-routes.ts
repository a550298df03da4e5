import { compareLargeCommunities, type DesiredVip, routerIdOf } from "@vipcast/announcer";
import {
  Family,
  formatPrefix,
  GRACEFUL_SHUTDOWN,
  type NlriView,
  Outcome,
  type PathAttributes,
  type UpdateMessage,
} from "@vipcast/bgp";

/** Paths that are remembered of one VIP from one peer; only ADD-PATH gives more than one. */
const MAX_PATHS = 64;
/** Node communities that are remembered of one path. */
const MAX_TAGS = 4;

/** Who this node is, so that its own routes that come back are not taken for another's. */
export interface OwnNode {
  readonly asn: number;
  /** Null: our routes carry no node community. */
  readonly community: string | null;
}

/** What one peer sends us of watched VIPs while its session is up. */
interface Session {
  readonly families: readonly Family[];
  /** Keys of VIPs that were watched from the session's beginning: of these it is known what the peer sends. */
  readonly known: Set<string>;
  /** Node communities by VIP and path identifier. */
  readonly routes: Map<string, Map<number, readonly string[]>>;
}

/**
 * Which other nodes announce our VIPs, told by the node communities on routes that peers send us, those with our own AS in their path included. Only
 * observed: no route is used. Memory is bounded by the VIPs that are watched, whatever a peer sends; what would not fit counts as not
 * seen, which keeps a VIP announced.
 */
export class SiblingRoutes {
  readonly #own: OwnNode;
  readonly #sessions = new Map<string, Session>();
  #watched = new Map<string, DesiredVip>();
  /** Lengths of watched prefixes by family, to pass over the others of a full table at little cost. */
  #lengths = new Map<Family, ReadonlySet<number>>();

  constructor(own: OwnNode) {
    this.#own = own;
  }

  /**
   * From now on, these VIPs, as far as they have the last-node guard. Others are forgotten. Of new ones it is not known what peers have sent before:
   * true when there are any, and a session that could be asked again (RFC 2918).
   */
  watch(vips: readonly DesiredVip[]): boolean {
    const before = this.#watched;
    const watched = new Map<string, DesiredVip>();
    const lengths = new Map<Family, Set<number>>();
    for (const vip of vips) {
      if (!vip.lastNodeGuard) continue;
      watched.set(vip.prefix, vip);
      const family = familyOf(vip);
      lengths.set(family, (lengths.get(family) ?? new Set()).add(vip.prefixLength));
    }
    this.#watched = watched;
    this.#lengths = lengths;
    for (const { known, routes } of this.#sessions.values()) {
      for (const key of known) if (!watched.has(key)) known.delete(key);
      for (const key of routes.keys()) if (!watched.has(key)) routes.delete(key);
    }
    return this.#sessions.size > 0 && [...watched.keys()].some((key) => !before.has(key));
  }

  /** A session is up, for these families. */
  established(peer: string, families: readonly Family[]): void {
    this.#sessions.set(peer, { families, known: new Set(this.#watched.keys()), routes: new Map() });
  }

  /** The session ended, and with it what is known from it. */
  down(peer: string): void {
    this.#sessions.delete(peer);
  }

  /** An UPDATE as it came, borrowed. */
  receive(peer: string, message: UpdateMessage): void {
    const session = this.#sessions.get(peer);
    if (session === undefined || this.#watched.size === 0) return;
    const { attributes, outcome, withdrawn, nlri } = message;
    // The rest of the session is silent about a family: what it said before no longer counts (RFC 7606 §2).
    if (outcome >= Outcome.AfiSafiDisable) {
      session.known.clear();
      session.routes.clear();
      return;
    }
    const { mpReach, mpUnreach } = attributes;
    const forget = (key: string, pathId: number): void => forgetPath(session, key, pathId);
    this.#forEachWatched(withdrawn, forget);
    this.#forEachWatched(mpUnreach?.nlri, forget);
    let tags: readonly string[] | null = null;
    const learn = (key: string, pathId: number, vip: DesiredVip): void => {
      tags ??= outcome === Outcome.TreatAsWithdraw ? [] : this.#tagsOf(attributes);
      // A community that the VIP has on every node tells none of them from the others.
      const theirs = tags.filter((tag) => !vip.largeCommunities.includes(tag)).slice(0, MAX_TAGS);
      if (theirs.length === 0) {
        forgetPath(session, key, pathId);
        return;
      }
      const paths = session.routes.get(key) ?? new Map<number, readonly string[]>();
      if (paths.size >= MAX_PATHS && !paths.has(pathId)) return;
      session.routes.set(key, paths.set(pathId, theirs));
    };
    this.#forEachWatched(nlri, learn);
    this.#forEachWatched(mpReach?.nlri, learn);
  }

  /** Router ids of other nodes that announce a VIP, ascending; null while no session could tell. */
  of(prefix: string): readonly string[] | null {
    const vip = this.#watched.get(prefix);
    if (vip === undefined) return null;
    const family = familyOf(vip);
    const seen = new Set<string>();
    let known = false;
    for (const session of this.#sessions.values()) {
      known ||= session.known.has(prefix) && session.families.includes(family);
      for (const tags of session.routes.get(prefix)?.values() ?? []) for (const tag of tags) seen.add(tag);
    }
    if (!known && seen.size === 0) return null;
    return [...new Set([...seen].sort(compareLargeCommunities).map((tag) => routerIdOf(tag) ?? tag))];
  }

  #forEachWatched(nlri: NlriView | undefined, visit: (key: string, pathId: number, vip: DesiredVip) => void): void {
    const lengths = nlri === undefined || nlri.isEmpty ? undefined : this.#lengths.get(nlri.family);
    if (nlri === undefined || lengths === undefined) return;
    const { family } = nlri;
    nlri.forEach((bytes, offset, lengthBits, pathId) => {
      if (!lengths.has(lengthBits)) return;
      const address = bytes.slice(offset, offset + Math.ceil(lengthBits / 8));
      const last = lengthBits >>> 3;
      if ((lengthBits & 7) !== 0) address[last] = address[last]! & (0xff00 >>> (lengthBits & 7));
      const key = formatPrefix({ family, bytes: address, lengthBits, pathId });
      const vip = this.#watched.get(key);
      if (vip !== undefined) visit(key, pathId, vip);
    });
  }

  /**
   * The node communities of a route: those that begin with the AS it comes from, or ours, since a router may have put its own in our place. None
   * where it is our own route, or one that is about to go (RFC 8326 §4.2).
   */
  #tagsOf(attributes: PathAttributes): readonly string[] {
    const { asPath = [], communities = [], largeCommunities = [] } = attributes.materialise();
    if (communities.includes(GRACEFUL_SHUTDOWN)) return [];
    const texts = largeCommunities.map((parts) => parts.join(":"));
    if (this.#own.community !== null && texts.includes(this.#own.community)) return [];
    const origin = asPath.at(-1)?.asns.at(-1) ?? this.#own.asn;
    return texts.filter((tag) => {
      const asn = Number(tag.split(":", 1)[0]);
      return (asn === origin || asn === this.#own.asn) && routerIdOf(tag) !== null;
    });
  }
}

function familyOf({ family }: DesiredVip): Family {
  return family === 4 ? Family.Ipv4Unicast : Family.Ipv6Unicast;
}

function forgetPath({ routes }: Session, key: string, pathId: number): void {
  const paths = routes.get(key);
  if (paths?.delete(pathId) === true && paths.size === 0) routes.delete(key);
}
