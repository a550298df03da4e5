import { MessageType } from "../codec/message.ts";
import type { PeerConfig } from "../fsm/config.ts";
import { ownOpen } from "../fsm/open.ts";
import { PeerConfigError, validatePeerConfig } from "../fsm/validate.ts";
import { Outbox } from "./outbox.ts";

/**
 * Throws {@link PeerConfigError} for a configuration that `validatePeerConfig` refuses, and `BgpEncodeError` for one whose OPEN cannot be
 * encoded: that shows here, and not when the connection is up.
 */
export function checkConfig(config: PeerConfig): void {
  const problems = validatePeerConfig(config);
  if (problems.length > 0) throw new PeerConfigError(problems);
  new Outbox().send({ type: MessageType.Open, ...ownOpen(config) });
}
