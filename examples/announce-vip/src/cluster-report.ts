import type { GivenHealth } from "@vipcast/announcer";

/** What a member of a cluster knows of it, as its agent would say once a second: `{"members":3,"alive":2,"leader":true}`. */
export interface ClusterReport {
  readonly members: number;
  /** Those that answer, this one included. */
  readonly alive: number;
  /** This one leads. */
  readonly leader: boolean;
}

/** Reads one line. Throws a sentence for anything else. */
export function parseReport(line: string): ClusterReport {
  const value: unknown = JSON.parse(line);
  const { members, alive, leader } = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  if (!Number.isInteger(members) || !Number.isInteger(alive) || typeof leader !== "boolean")
    throw new Error(`${line} is no report: write {"members":3,"alive":2,"leader":true}`);
  return { members: Number(members), alive: Number(alive), leader };
}

/**
 * What that means for the virtual IP: the leader serves, a follower only where no leader is seen (the worst preference), and whoever is in the
 * minority does not serve at all. No check from outside could tell: all of them accept connections.
 */
export function verdictOf({ members, alive, leader }: ClusterReport): {
  readonly health: GivenHealth;
  readonly cause: string;
} {
  const seen = `${alive} of ${members} members answer`;
  if (alive * 2 <= members) return { health: "unhealthy", cause: `no quorum: ${seen}` };
  return leader
    ? { health: "healthy", cause: `it leads, ${seen}` }
    : { health: "degraded", cause: `it follows, ${seen}` };
}
