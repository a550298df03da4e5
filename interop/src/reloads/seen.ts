import type { Counted } from "./embedded-peer.ts";

/** What both routers say of their session with the daemon, at one moment. */
export interface Seen {
  readonly bird: { readonly state: string; readonly since: string; readonly updates: number };
  readonly embedded: Counted;
}

/** BIRD keeps monotonic time and shows the time of day, which a clock that is being adjusted moves. Sessions are older than twice this when one may be reset. */
export const displayJitterMs = 500;

/** Which of the sessions are not the ones of before. */
export function resetSince(before: Seen, after: Seen): { readonly bird: boolean; readonly embedded: boolean } {
  const later = sinceMs(after.bird.since) - sinceMs(before.bird.since) > displayJitterMs;
  return {
    bird: later || after.bird.state !== "established",
    embedded: after.embedded.counters.established !== before.embedded.counters.established,
  };
}

/** `17:42:23.251` as milliseconds of a day that has no end; a run over midnight sees one step back, which is no reset. */
function sinceMs(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** Exactly the sessions that were to be reset are not the ones of before; a sentence for each that is otherwise. `lastDown` is what the daemon said of the last end of one. */
export function wrongResets(
  before: Seen,
  after: Seen,
  toReset: { readonly bird: boolean; readonly embedded: boolean },
  lastDown: string,
): string[] {
  const reset = resetSince(before, after);
  const wrong: string[] = [];
  if (reset.embedded !== toReset.embedded)
    wrong.push(
      `the session with the embedded router ${reset.embedded ? `was reset (${after.embedded.lastDown?.cause})` : "stayed although it was to be reset"}`,
    );
  if (reset.bird !== toReset.bird)
    wrong.push(
      `the session with BIRD ${reset.bird ? `was reset (${after.bird.state} since ${after.bird.since}, before ${before.bird.since}; ${lastDown})` : `stayed although it was to be reset (since ${before.bird.since})`}`,
    );
  return wrong;
}

/** Nothing but KEEPALIVEs came, which have 19 octets (RFC 4271 §4.4); a sentence for each thing that did. */
export function noise(before: Seen, after: Seen): string[] {
  const found: string[] = [];
  const messages = after.embedded.counters.messagesReceived - before.embedded.counters.messagesReceived;
  const octets = after.embedded.counters.octetsReceived - before.embedded.counters.octetsReceived;
  if (octets !== 19 * messages)
    found.push(`${octets} octets in ${messages} messages came, although nothing was to be sent`);
  if (after.bird.updates !== before.bird.updates)
    found.push(`BIRD got ${after.bird.updates - before.bird.updates} updates for nothing`);
  return found;
}
