const examples: object[] = [];

/**
 * Keeps `example` for good, and with it the fast code for its class. V8 holds the hidden class of objects weakly: where a full collection
 * finds none of them alive, as between two messages, it drops the class and all optimised code that knows it, and decoding
 * starts again in the interpreter. One object that stays is enough.
 */
export function keepShape(example: object): void {
  examples.push(example);
}
