import { connect, type Socket } from "node:net";
import { LineSplitter } from "../sandbox/json-lines.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import type { ProberArguments, ProberMessage, ProberOrder, ProbeTarget, Transfer } from "./messages.ts";
import { watchRoutes } from "./watch.ts";

type ProbeRow = readonly [number, number, number, string | null, string | null];

/** How often results are written and, by default, held connections are spoken to, in milliseconds. */
const flushMs = 40;

/**
 * A client that never stops connecting: to every target a new connection at a fixed rate, and on order long-lived ones that are
 * spoken to all the time. Runs until its standard input ends.
 */
export function runProber(options: ProberArguments): void {
  const send = (message: ProberMessage): boolean => process.stdout.write(`${JSON.stringify(message)}\n`);
  if (options.watchRoutes.length > 0) watchRoutes(options.watchRoutes, send);
  let rows: ProbeRow[] = [];
  const probed = options.intervalMs > 0 ? options.targets : [];
  probed.forEach((target, index) => {
    // Spread over the interval, so that the targets do not all connect in one turn of the event loop.
    setTimeout(
      () =>
        setInterval(() => probe(target, options.timeoutMs, (row) => rows.push([index, ...row])), options.intervalMs),
      (index * options.intervalMs) / options.targets.length,
    );
  });
  const held = new HeldConnections(options, send);
  setInterval(() => {
    if (rows.length > 0) send({ kind: "probes", list: rows });
    rows = [];
  }, flushMs);
  setInterval(() => held.speak(), options.speakMs ?? flushMs);
  const lines = new LineSplitter((line) => held.obey(JSON.parse(line) as ProberOrder));
  process.stdin.on("data", (chunk: Buffer) => lines.push(chunk));
  process.stdin.on("end", () => process.exit(0));
}

/** Sends so many octets, and waits until the greeting and all of them came back. Never rejects. */
function transfer(
  target: ProbeTarget,
  { octets, limitMs }: ProberOrder & { readonly op: "transfer" },
): Promise<Transfer> {
  const at = monotonicMs();
  const socket = dial(target);
  return new Promise((resolve) => {
    let greeting = "";
    let greeted = false;
    let left = octets;
    const finish = (ms: number | null): void => {
      clearTimeout(timer);
      socket.resetAndDestroy();
      resolve({ source: target.source ?? "", answer: greeted ? greeting : null, ms });
    };
    const timer = setTimeout(() => finish(null), limitMs);
    socket.on("data", (chunk: Buffer) => {
      const end = greeted ? -1 : chunk.indexOf("\n");
      if (!greeted) greeting += chunk.toString("latin1", 0, end < 0 ? chunk.length : end);
      if (greeted) left -= chunk.length;
      else if (end >= 0) {
        greeted = true;
        left -= chunk.length - end - 1;
        socket.write(Buffer.alloc(octets));
      }
      if (left <= 0) finish(round(monotonicMs() - at));
    });
    socket.once("error", () => finish(null));
    socket.once("close", () => finish(null));
  });
}

/** One new connection: the answer is the line the service says on connect. */
function probe(
  target: ProbeTarget,
  timeoutMs: number,
  done: (row: readonly [number, number, string | null, string | null]) => void,
): void {
  const at = monotonicMs();
  let finished = false;
  const finish = (answer: string | null, error: string | null): void => {
    if (finished) return;
    finished = true;
    // A reset leaves no TIME_WAIT behind: thousands of connections a minute would use up the ports.
    socket.resetAndDestroy();
    done([round(at), round(monotonicMs() - at), answer, error]);
  };
  const socket = dial(target);
  socket.setTimeout(timeoutMs, () => finish(null, "ETIMEDOUT"));
  socket.once("data", (chunk: Buffer) => finish(chunk.toString().split("\n")[0] ?? "", null));
  socket.once("error", (error: NodeJS.ErrnoException) => finish(null, error.code ?? error.message));
  socket.once("close", () => finish(null, "closed"));
}

function dial(target: ProbeTarget): Socket {
  const local = target.source === null ? {} : { localAddress: target.source };
  return connect({ host: target.address, port: target.port, noDelay: true, ...local });
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

interface Held {
  readonly group: number;
  readonly id: number;
  readonly socket: Socket;
  lastEcho: number;
}

/** Long-lived connections: each sends a byte at every turn and wants it back. */
class HeldConnections {
  readonly #options: ProberArguments;
  readonly #send: (message: ProberMessage) => boolean;
  readonly #open = new Map<number, Held>();
  #nextId = 1;
  #spokeAt = 0;

  constructor(options: ProberArguments, send: (message: ProberMessage) => boolean) {
    this.#options = options;
    this.#send = send;
  }

  obey(order: ProberOrder): void {
    switch (order.op) {
      case "hold":
        this.#hold(order);
        return;
      case "transfer": {
        const target = this.#options.targets.find(({ key }) => key === order.target);
        const all = target === undefined ? [] : order.sources.map((source) => transfer({ ...target, source }, order));
        void Promise.all(all).then((list) => this.#send({ kind: "transferred", group: order.group, list }));
        return;
      }
      case "release":
        for (const held of [...this.#open.values()]) {
          if (held.group !== order.group) continue;
          this.#open.delete(held.id);
          held.socket.resetAndDestroy();
        }
        return;
      default:
        order satisfies never;
    }
  }

  speak(): void {
    const now = monotonicMs();
    // What came while this process did not get its turn is still unread: its own pause is nobody's silence.
    const late = now - this.#spokeAt > this.#options.silenceMs / 2;
    this.#spokeAt = now;
    for (const held of this.#open.values()) {
      if (!late && now - held.lastEcho > this.#options.silenceMs) this.#broken(held, "silent");
      else held.socket.write(".");
    }
  }

  #hold({ group, target: key, count, sources }: ProberOrder & { readonly op: "hold" }): void {
    const target = this.#options.targets.find((candidate) => candidate.key === key);
    let waiting = target === undefined ? 0 : count;
    const settled = (): void => {
      if (--waiting <= 0) this.#send({ kind: "hold-done", group });
    };
    if (target === undefined || count === 0) settled();
    else
      for (let number = 0; number < count; number++)
        this.#openOne(group, { ...target, source: sources[number % sources.length] ?? target.source }, settled);
  }

  #openOne(group: number, target: ProbeTarget, settled: () => void): void {
    const id = this.#nextId++;
    const socket = dial(target);
    const held: Held = { group, id, socket, lastEcho: monotonicMs() };
    let answered = false;
    const fail = (error: string): void => {
      if (answered) this.#broken(held, error);
      else {
        answered = true;
        socket.destroy();
        settled();
      }
    };
    const greeting = setTimeout(() => {
      if (!answered) fail("ETIMEDOUT");
    }, this.#options.timeoutMs);
    socket.on("data", (chunk: Buffer) => {
      held.lastEcho = monotonicMs();
      if (answered) return;
      answered = true;
      clearTimeout(greeting);
      this.#open.set(id, held);
      this.#send({ kind: "held", group, id, target: target.key, answer: chunk.toString().split("\n")[0] ?? "" });
      settled();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.once("close", () => fail("closed"));
  }

  #broken(held: Held, error: string): void {
    if (!this.#open.delete(held.id)) return;
    held.socket.destroy();
    this.#send({ kind: "broken", group: held.group, id: held.id, at: round(monotonicMs()), error });
  }
}
