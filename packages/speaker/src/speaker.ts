import type { PeerHandlers } from "./handlers.ts";
import type { PeerOptions, SpeakerOptions } from "./options.ts";
import type { Peer } from "./peer/peer.ts";
import type { BoundAddress } from "./transport/options.ts";

/** A BGP speaker: one AS and router id, any number of peers and listeners. Several may live in one process. */
export declare class Speaker {
  constructor(options: SpeakerOptions);
  readonly asn: number;
  readonly routerId: string;
  readonly peers: readonly Peer[];
  /** Accepts connections from configured peers. May be called several times. Rejects with the system's own error. */
  listen(options: { readonly host: string; readonly port: number }): Promise<BoundAddress>;
  /** Starts a session at once, and keeps it alive until `removePeer` or `close`. Throws `SpeakerError` on bad options. */
  addPeer(options: PeerOptions, handlers?: PeerHandlers): Peer;
  /** Ends the session with Cease / Peer De-configured; resolves when its socket is closed. Unknown peers are ignored. */
  removePeer(peer: Peer): Promise<void>;
  /**
   * Ends every session with Cease / Administrative Shutdown and the reason as text (RFC 9003, cut to 255 octets), closes the
   * listeners and leaves no timer, socket or handle. Idempotent; bounded at 2 seconds for peers that do not read.
   */
  close(options?: { readonly reason?: string }): Promise<void>;
}
