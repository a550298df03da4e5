import type { AdjRibIn } from "@vipcast/bgp";
import type { PeerRoutes } from "../routes/route.ts";
import type { PeerSnapshot } from "./snapshot.ts";

/** One configured peer; made by `Speaker.addPeer`. */
export interface Peer {
  /** Normalised text of the configured address, with its zone when it has one. */
  readonly address: string;
  readonly asn: number;
  /** What we announce. */
  readonly routes: PeerRoutes;
  /** What we accepted. Empty without an import policy. */
  readonly adjRibIn: AdjRibIn;
  snapshot(): PeerSnapshot;
  /**
   * Holds back UPDATEs: they are kept unread, the KEEPALIVEs between them still count, and after
   * 1 MiB the socket is not read any more, so that TCP slows the peer down. A pause longer than the hold time
   * beyond that point ends the session, as RFC 4271 wants.
   */
  pause(): void;
  /** Delivers what was held back, then goes on. */
  resume(): void;
}
