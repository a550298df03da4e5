import type { Socket } from "node:net";
import type { AttributeTable, LocRib } from "@vipcast/bgp";
import type { Clock, LocalAddress, Logger } from "../options.ts";
import type { Restart } from "../restart.ts";
import type { DialOptions } from "../transport/options.ts";
import type { WorkTurns } from "../work-turns.ts";
import type { Deadlines } from "./deadlines.ts";
import type { ProtectionEnvironment } from "./peer-protection.ts";

/** What a peer has from its speaker. */
export interface PeerEnvironment extends ProtectionEnvironment {
  readonly asn: number;
  readonly routerId: number;
  readonly clock: Clock;
  /** Those of all peers. */
  readonly deadlines: Deadlines;
  readonly random: () => number;
  readonly logger: Logger;
  readonly connect: (options: DialOptions) => Socket;
  readonly localAddresses: () => readonly LocalAddress[];
  readonly restart: Restart;
  /** One for all peers: what several announce has mostly the same attributes. */
  readonly attributes: AttributeTable;
  readonly locRib: LocRib | null;
  /** Those of all peers. */
  readonly work: WorkTurns;
}

/** A peer that exists only while it is connected. */
export interface Dynamic {
  /** The prefix it came from. */
  readonly range: string;
  /** Its connection is gone. */
  readonly onGone: () => void;
}
