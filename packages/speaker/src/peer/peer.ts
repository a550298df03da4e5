import type { AdjRibIn } from "@vipcast/bgp";
import type { FamilyName } from "../peer-options.ts";
import type { PeerRoutes } from "../routes/route.ts";
import type { PeerSnapshot } from "./snapshot.ts";

/** One configured peer; made by `Speaker.addPeer`. */
export interface Peer {
  /** Normalised text of the configured address, with its zone when it has one. */
  readonly address: string;
  /** The peer's AS; 0 while it is not known: `"external"` is configured and no session has told it yet. */
  readonly asn: number;
  /** iBGP. */
  readonly internal: boolean;
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
  /** Delivers what was held back, in slices with turns of the event loop between them, then goes on. */
  resume(): void;
  /**
   * Ends the session with Cease / Administrative Shutdown and this text for the peer's operator (RFC 9003, cut to 255 octets), and
   * stays down, whoever dials, until `enable`.
   */
  shutdown(text?: string): void;
  /** Starts again after `shutdown`, or after too many prefixes; otherwise only cuts the pause before the next attempt short. */
  enable(): void;
  /**
   * Ends the session with Cease / Administrative Reset and this text for the peer's operator (RFC 9003), and begins anew after the
   * usual pause. No-op without a connection.
   */
  reset(text?: string): void;
  /**
   * Marks all routes as about to go (RFC 8326): they are sent again with the community GRACEFUL_SHUTDOWN, and with LOCAL_PREF 0 on iBGP,
   * or with `false` as they were. The session stays; `routes.flushed()` tells when it has been sent.
   */
  gracefulShutdown(on: boolean): void;
  /**
   * Asks the peer for the routes of one family again, or of all (RFC 2918); returns those that it was asked for, none without a session
   * that has negotiated it. Throws `SpeakerError` for a family that is not one of this peer's.
   */
  refresh(family?: FamilyName): readonly FamilyName[];
  /**
   * `"out"`: asks the export side again and sends everything once more. `"in"`: the import policy has changed; the peer is asked for
   * everything again, or where it does not do that, what is kept goes through the policy. The session stays up.
   */
  softReset(direction: "in" | "out"): void;
  /**
   * Changes the TCP MD5 password (RFC 2385), or with null takes it away, for listeners, dials and the connection that is up: when both
   * ends change within the hold time the session stays. Where the transport cannot change a connection's key the session is
   * reset. A neighbour from a listen range has the range's. Throws `SpeakerError` for a password that is none, and what the system says when a listener cannot take it.
   */
  setPassword(password: string | null): void;
}
