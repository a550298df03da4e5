/** The announcer was closed, or is being closed, and what was asked for is not done and will not be. */
export class AnnouncerClosedError extends Error {
  override readonly name: string = "AnnouncerClosedError";
  readonly code: string = "ERR_ANNOUNCER_CLOSED";
  /** VIPs with which it had not come to an end; empty where nothing was begun. */
  readonly left: readonly string[];

  constructor(message: string, left: readonly string[] = []) {
    super(message);
    this.left = left;
  }
}
