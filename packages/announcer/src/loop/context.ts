import type { DrainBook } from "../drain/drain-book.ts";
import type { NodeIdentity } from "../ecmp/node-identity.ts";
import type { HostIndex } from "../host/host-index.ts";
import type { Policy } from "../policy.ts";
import type { Clock, Logger, Ports } from "../ports.ts";
import type { EventHub } from "./event-hub.ts";
import type { LedgerBook } from "./ledger-book.ts";
import type { Outbox } from "./outbox.ts";
import type { Turns } from "./turns.ts";

export { describeError } from "./port-error.ts";

/** What the parts of the loop share. */
export interface LoopContext {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly hub: EventHub;
  readonly index: HostIndex;
  readonly book: LedgerBook;
  readonly drains: DrainBook;
  readonly outbox: Outbox;
  readonly turns: Turns;
  /** What of this node stands in its routes. */
  readonly node: NodeIdentity;
  policy: Policy;
  /** The ledger could not be written; it is left alone until the next observation. */
  ledgerDown: boolean;
  /** The stop timeout is near: hand-overs are no longer waited for. */
  hurry: boolean;
  /** Observe the host again; resolves when that is done, with false when it failed. */
  observe(): Promise<boolean>;
}

/** A log that keeps nothing. */
export const silence: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
