/** Stable codes of {@link SpeakerError}; the sentence beside a code may change, the code may not. */
export type SpeakerErrorCode =
  /** An option is out of range, or two options exclude each other. */
  | "ERR_SPEAKER_OPTION"
  /** A route's prefix or one of its attributes is not valid. */
  | "ERR_SPEAKER_ROUTE"
  /** An option needs `connect` or `listen` to be injected; plain `node:net` cannot honour it. */
  | "ERR_SPEAKER_UNSUPPORTED"
  /** A peer with this address is configured already. */
  | "ERR_SPEAKER_DUPLICATE_PEER"
  /** The speaker was closed. */
  | "ERR_SPEAKER_CLOSED"
  /** A handler of the user threw; `cause` is what it threw. */
  | "ERR_SPEAKER_HANDLER"
  /** A route cannot be sent to this peer; the message says why. */
  | "ERR_SPEAKER_ROUTE_REFUSED";

/** Every error this package makes itself. Errors of the operating system keep their own `code`, for example `EADDRINUSE`. */
export class SpeakerError extends Error {
  readonly code: SpeakerErrorCode;

  constructor(code: SpeakerErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "SpeakerError";
    this.code = code;
  }
}
