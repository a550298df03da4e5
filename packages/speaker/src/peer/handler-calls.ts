import { formatPrefix, type ImportPolicy, type NotificationBody } from "@vipcast/bgp";
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

  /** As `call`, for handlers that may refuse with a NOTIFICATION. What else they return (an arrow function's value) is reported. */
  ask(
    name: "onOpen" | "onUpdate",
    run: (handlers: PeerHandlers, peer: Peer) => NotificationBody | undefined,
  ): NotificationBody | undefined {
    const answer: unknown = this.call(name, run);
    if (answer === undefined || answer === null) return undefined;
    if (isNotification(answer)) return answer;
    const message = `the ${name} handler returned neither undefined nor a NOTIFICATION { code, subcode, data } of ${maxDataOctets} octets at most`;
    this.error(new SpeakerError("ERR_SPEAKER_HANDLER", message));
    return undefined;
  }

  error(error: Error): void {
    const failed = (second: unknown): void => {
      this.#logger.error({ peer: this.#peer.address, err: second }, `the onError handler threw: ${wordsOf(second)}`);
    };
    try {
      if (this.#handlers.onError === undefined) {
        this.#logger.warn({ peer: this.#peer.address, err: error }, error.message);
        return;
      }
      const result: unknown = this.#handlers.onError(error, this.#peer);
      if (isPromise(result)) result.then(undefined, failed);
    } catch (second) {
      failed(second);
    }
  }

  /** A policy that throws, or does not decide, refuses the route: in doubt nothing is accepted (RFC 8212). */
  guard(policy: ImportPolicy): ImportPolicy {
    return (prefix, attributes) => {
      try {
        const verdict = policy(prefix, attributes);
        if (typeof verdict === "boolean") return verdict;
        if (isPromise(verdict)) {
          verdict.then(undefined, () => undefined);
          throw new TypeError("it is asynchronous, and a route cannot wait for it");
        }
        if (typeof verdict !== "object" || verdict === null)
          throw new TypeError(`it returned ${String(verdict)}, which is neither true, nor false, nor attributes`);
        return verdict;
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

/** What fits beside header, code and subcode into a message of 4096 octets (RFC 4271 §4.1, §4.5). */
const maxDataOctets = 4075;

function isNotification(value: unknown): value is NotificationBody {
  if (typeof value !== "object" || value === null) return false;
  const { code, subcode, data } = value as { readonly [Name in keyof NotificationBody]?: unknown };
  return isOctet(code) && isOctet(subcode) && data instanceof Uint8Array && data.length <= maxDataOctets;
}

function isOctet(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
