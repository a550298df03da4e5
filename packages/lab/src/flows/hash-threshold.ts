/** A next hop of a multipath route and its weight. */
export interface HashMember {
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
}

/** A part of the hash space, as shares of 1: from `from` up to, not including, `to`. */
interface Region {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

function regions(members: readonly HashMember[]): readonly Region[] {
  const total = members.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  return members.map(({ name, weight }) => {
    const from = before / total;
    before += weight;
    return { name, from, to: before / total };
  });
}

/**
 * The shares of all flows that each member of `before` loses to another one when the route changes to `after`, for a router that gives
 * each next hop one region of the hash space in their order, as large as its weight (RFC 2992 §2, and Linux' multipath routes). A member
 * that is gone loses all of its own; neighbours in the order lose what the regions' new borders cut off.
 */
export function movedShares(
  before: readonly HashMember[],
  after: readonly HashMember[],
): Readonly<Record<string, number>> {
  const now = regions(after);
  return Object.fromEntries(
    regions(before).map(({ name, from, to }) => {
      const kept = now
        .filter((region) => region.name === name)
        .map((region) => Math.max(0, Math.min(to, region.to) - Math.max(from, region.from)))
        .reduce((sum, share) => sum + share, 0);
      return [name, to - from - kept];
    }),
  );
}
