/** A scripted peer of a `PeerSession`, both ways it can be connected. */
import { type PeerConfigOptions, peerConfig } from "../../src/fsm/config.ts";
import type { PeerEvent, Slot } from "../../src/session/peer-events.ts";
import { PeerSession } from "../../src/session/peer-session.ts";
import type { PeerSessionOptions } from "../../src/session/peer-session-options.ts";
import { heard, keepalive, peerOpen } from "./scripted.ts";

/** Our router id is 10.0.0.1, the scripted peer's 10.0.0.2: the connections that it dials survive. */
export function newPeer(
  options: Partial<PeerConfigOptions> = {},
  more: Partial<Omit<PeerSessionOptions, "config">> = {},
): PeerSession {
  const config = peerConfig({
    localAs: 65001,
    remoteAs: 65000,
    routerId: 0x0a000001,
    holdTime: 9,
    connectRetry: 8,
    ...options,
  });
  return new PeerSession({ config, random: () => 0.5, ...more });
}

export function summary(events: readonly PeerEvent[]): string[] {
  return events.map((event) => {
    const slot = "slot" in event ? ` ${event.slot}` : "";
    switch (event.kind) {
      case "state":
        return `state ${event.to}`;
      case "down":
      case "dropped":
        return `${event.kind}${slot} ${event.reason}`;
      case "disconnect":
        return `${event.abort ? "abort" : "close"}${slot}`;
      default:
        return `${event.kind}${slot}`;
    }
  });
}

export function accept(peer: PeerSession, now: number): string[] {
  const result = peer.accept(now);
  return result.accepted ? summary(result.events) : ["refused", result.cause];
}

export function heardOn(peer: PeerSession, slot: Slot): string[] {
  return heard({ takeOutput: () => peer.takeOutput(slot) });
}

export function establish(peer: PeerSession, slot: Slot, now = 0): void {
  peer.receive(slot, peerOpen(), now);
  peer.receive(slot, keepalive, now);
  if (peer.establishedSlot !== slot) throw new Error(`still in ${peer.state}`);
  peer.takeOutput(slot);
}

export function dialled(
  options: Partial<PeerConfigOptions> = {},
  more: Partial<Omit<PeerSessionOptions, "config">> = {},
): PeerSession {
  const peer = newPeer(options, more);
  peer.start(0);
  peer.connected(0);
  peer.takeOutput("outbound");
  return peer;
}
