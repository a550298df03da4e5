import { SpeakerError } from "../errors.ts";
import type { PeerGroup } from "../peer-options.ts";
import { checkTypes } from "./option-types.ts";

/** Ways to choose the TTL that exclude each other: naming one is a decision against an inherited other one. */
const exclusive = ["ttlSecurity", "multihop"] as const;

/**
 * One flat set of options: what is said nearest to the peer counts. An option that is `undefined` is not said. Throws
 * `ERR_SPEAKER_OPTION` for a group that is its own ancestor.
 */
export function resolveGroup<O extends PeerGroup>(options: O): O {
  let resolved: Partial<O> = {};
  const seen = new Set<PeerGroup>();
  for (let level: PeerGroup | undefined = options; level !== undefined; level = level.group) {
    checkTypes(level);
    if (seen.has(level))
      throw new SpeakerError(
        "ERR_SPEAKER_OPTION",
        "group: a group of peers is its own ancestor; give it a group that does not lead back to it, or none",
      );
    seen.add(level);
    resolved = { ...said(level, resolved as PeerGroup), ...resolved };
  }
  const { group: _, ...flat } = resolved;
  return flat as O;
}

function said(level: PeerGroup, nearer: PeerGroup): object {
  const decided = exclusive.some((name) => nearer[name] !== undefined);
  const counts = ([name, value]: readonly [string, unknown]): boolean =>
    value !== undefined && !(decided && exclusive.some((other) => other === name));
  return Object.fromEntries(Object.entries(level).filter(counts));
}
