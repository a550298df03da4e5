import { formatPrefix, type ImportPolicy } from "@vipcast/bgp";
import { SpeakerError } from "../errors.ts";
import type { PeerHandlers } from "../handlers.ts";
import type { Logger } from "../options.ts";
import type { Peer } from "./peer.ts";

/** Calls a user's handlers so that whatever they throw, or reject with, ends here and not in the session. */
export class HandlerCalls {
  readonly #handlers: PeerHandlers;
  readonly #peer: Peer;
  readonly #logger: Logger;

  constructor(handlers: PeerHandlers, peer: Peer, logger: Logger) {
    this.#handlers = handlers;
    this.#peer = peer;
    this.#logger = logger;
  }

  has(name: keyof PeerHandlers): boolean {
    return this.#handlers[name] !== undefined;
  }

  /** `run` calls the handler; its result, or undefined when it threw. */
  call<T>(name: keyof PeerHandlers, run: (handlers: PeerHandlers, peer: Peer) => T): T | undefined {
    try {
      const result = run(this.#handlers, this.#peer);
      if (isPromise(result)) {
        // An async function fits where nothing is returned; without this its rejection would end the process.
        result.then(undefined, (error: unknown) => this.#threw(name, error));
        return undefined;
      }
      return result;
    } catch (error) {
      this.#threw(name, error);
      return undefined;
    }
  }

  error(error: Error): void {
    try {
      if (this.#handlers.onError === undefined)
        this.#logger.warn({ peer: this.#peer.address, err: error }, error.message);
      else this.#handlers.onError(error, this.#peer);
    } catch (second) {
      this.#logger.error({ peer: this.#peer.address, err: second }, `the onError handler threw: ${wordsOf(second)}`);
    }
  }

  /** A policy that throws refuses the route: in doubt nothing is accepted (RFC 8212). */
  guard(policy: ImportPolicy): ImportPolicy {
    return (prefix, attributes) => {
      try {
        return policy(prefix, attributes);
      } catch (error) {
        const message = `the import policy threw on ${formatPrefix(prefix)}: ${wordsOf(error)}`;
        this.error(new SpeakerError("ERR_SPEAKER_HANDLER", message, { cause: error }));
        return false;
      }
    };
  }

  #threw(name: keyof PeerHandlers, error: unknown): void {
    const message = `the ${name} handler threw: ${wordsOf(error)}`;
    this.error(new SpeakerError("ERR_SPEAKER_HANDLER", message, { cause: error }));
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
