import type { Logger } from "@vipcast/speaker";

/**
 * A speaker's log without the same failed attempt over and over: a peer that is away for hours gets one line, and another when the cause
 * changes or a session came and went. The repetitions are still there at level debug.
 */
export function quietRepeats(log: Logger): Logger {
  const lastFailure = new Map<unknown, string>();
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => {
      const { peer, wasEstablished } = fields as { readonly peer?: unknown; readonly wasEstablished?: unknown };
      if (wasEstablished === false && lastFailure.get(peer) === message) {
        log.debug(fields, message);
        return;
      }
      if (wasEstablished === false) lastFailure.set(peer, message);
      else lastFailure.delete(peer);
      log.info(fields, message);
    },
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}
