/** What the kernel has dropped without an answer: the only trace of a wrong key or TTL. */
import { readFileSync } from "node:fs";

/** TCP segments dropped without a word in this process's network namespace, since it began. */
export interface SilentDrops {
  /** Signed with another TCP MD5 key than the one set for that peer (RFC 2385). */
  readonly wrongKey: number;
  /** Not signed, although a key is set for that peer. */
  readonly missingKey: number;
  /** Signed, although no key is set for that peer. */
  readonly unexpectedKey: number;
  /** Their TTL was below the least one allowed (RFC 5082). */
  readonly lowTtl: number;
}

const counters: { readonly [Name in keyof SilentDrops]: string } = {
  wrongKey: "TCPMD5Failure",
  missingKey: "TCPMD5NotFound",
  unexpectedKey: "TCPMD5Unexpected",
  lowTtl: "TCPMinTTLDrop",
};

/** Reads the counters (0 for one that this kernel does not have); null where there are none at all. */
export function silentDrops(): SilentDrops | null {
  try {
    return parseSilentDrops(readFileSync("/proc/thread-self/net/netstat", "utf8"));
  } catch {
    return null;
  }
}

/** Reads them from the text of `/proc/net/netstat`: a line of names, then a line of values, each behind `TcpExt:`. */
export function parseSilentDrops(text: string): SilentDrops | null {
  const [names, values] = text
    .split("\n")
    .filter((line) => line.startsWith("TcpExt: "))
    .map((line) => line.split(" "));
  if (names === undefined || values === undefined) return null;
  const count = (name: string): number => Number(values[names.indexOf(name)] ?? 0) || 0;
  return {
    wrongKey: count(counters.wrongKey),
    missingKey: count(counters.missingKey),
    unexpectedKey: count(counters.unexpectedKey),
    lowTtl: count(counters.lowTtl),
  };
}
