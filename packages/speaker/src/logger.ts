import type { Logger } from "./options.ts";

const silence: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The user's logger, whose faults (a full disk, a closed pipe) cost the line and not the session. Without one: silence. */
export function steadyLogger(logger: Logger = silence): Logger {
  const steady =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // There is nowhere left to say it.
      }
    };
  return { debug: steady("debug"), info: steady("info"), warn: steady("warn"), error: steady("error") };
}
