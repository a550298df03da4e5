import type { Announcement } from "../announce/announcement.ts";
import type { ControlSettings } from "../config/settings.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Log } from "../output/log.ts";
import type { ReloadChange } from "./change.ts";
import type { Configured } from "./plan-reload.ts";

/** What is to be running after a reload. */
export interface Wanted extends Configured {
  readonly changes: readonly ReloadChange[];
}

/** What {@link applyReload} works on. */
export interface ReloadTarget {
  readonly announcement: Announcement;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Runs `change` once the session of a peer is down; a later call for the same peer takes its place. */
  readonly whenDown: (peer: string, change: () => void) => void;
  /** Opens the control API anew. */
  readonly setControl: (control: ControlSettings) => Promise<void>;
}

/**
 * Does what a plan says, one change at a time, and nothing else. One that fails is returned as a sentence, and the others are done all the same:
 * what could not be done stays as it was.
 */
export async function applyReload(
  { changes, keys, settings }: Wanted,
  target: ReloadTarget,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const set = changes.flatMap((change) =>
    change.kind === "vip-add" || change.kind === "vip-change" ? [change.vip] : [],
  );
  const remove = changes.flatMap((change) => (change.kind === "vip-remove" ? [change.prefix] : []));
  target.announcement.setVips(settings.vips, { set, remove });
  for (const change of changes) {
    try {
      await applyChange(change, keys, target);
    } catch (error) {
      failures.push(`${change.sentence}: failed, ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}

async function applyChange(
  change: ReloadChange,
  keys: ReadonlyMap<string, string>,
  { announcement, log, metrics, whenDown, setControl }: ReloadTarget,
): Promise<void> {
  switch (change.kind) {
    case "peer-add":
      return announcement.addPeer(change.peer, keys.get(change.peer.address));
    case "peer-remove":
      whenDown(change.address, () => undefined);
      return announcement.removePeer(change.address);
    case "peer-replace": {
      const { peer, when } = change;
      const replace = async (): Promise<void> => {
        await announcement.removePeer(peer.address);
        announcement.addPeer(peer, keys.get(peer.address));
      };
      if (when === "now") {
        whenDown(peer.address, () => undefined);
        return replace();
      }
      // The key counts at once, whatever the rest waits for.
      announcement.setKey(peer.address, keys.get(peer.address));
      return whenDown(peer.address, () => {
        replace().catch((error: unknown) =>
          log.error({ err: error, peer: peer.address }, `${change.sentence}: failed`),
        );
      });
    }
    case "peer-key":
      return announcement.setKey(change.address, keys.get(change.address));
    case "vip-add":
    case "vip-change":
    case "vip-remove":
    case "vip-weight":
      // All of them are given to the announcer, and to what asks for weights, together.
      return;
    case "listen-add":
      return announcement.listenOn(change.listen);
    case "listen-remove":
      return announcement.listenNoMore(change.listen);
    case "stopping":
      return announcement.setStopping(change);
    case "metrics":
      // A failure is logged there, and tried again.
      return metrics.set(change.listen);
    case "log-level":
      return log.setLevel(change.logLevel);
    case "control":
      return setControl(change.control);
    default:
      return change satisfies never;
  }
}
