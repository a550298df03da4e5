import type { Logger } from "@vipcast/speaker";

/** The fields that tell what a speaker's line is about. */
interface PeerFields {
  readonly peer?: unknown;
  readonly wasEstablished?: unknown;
  /** Of a NOTIFICATION. */
  readonly direction?: unknown;
}

/**
 * A speaker's log without the same failed attempt over and over: a peer that is away for hours gets one line, and one for the NOTIFICATION that it answers
 * with, and others when the cause changes or a session came and went. The repetitions are still there at level debug.
 */
export function quietRepeats(log: Logger): Logger {
  /** By peer, and by what kind of line. */
  const last = new Map<unknown, Map<unknown, string>>();
  const isRepeat = (peer: unknown, kind: unknown, message: string): boolean => {
    const lines = last.get(peer) ?? new Map<unknown, string>();
    last.set(peer, lines);
    if (lines.get(kind) === message) return true;
    lines.set(kind, message);
    return false;
  };
  const filtered =
    (level: "info" | "warn") =>
    (fields: object, message: string): void => {
      const { peer, wasEstablished, direction } = fields as PeerFields;
      const isNotification = direction !== undefined;
      const isFailure = wasEstablished === false;
      if ((isNotification || isFailure) && isRepeat(peer, direction ?? "down", message)) log.debug(fields, message);
      else log[level](fields, message);
      // A session came up, or one that was up has ended: what follows is news again.
      if (level === "info" && !isNotification && !isFailure) last.delete(peer);
      if (wasEstablished === true) last.delete(peer);
    };
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: filtered("info"),
    warn: filtered("warn"),
    error: (fields, message) => log.error(fields, message),
  };
}
