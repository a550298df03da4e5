import type { HealthPort, Probe, ProbeContext, ProbeOutcome } from "../../src/health/probe.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** What a probe comes to, after how long; `never` does not even end when it is aborted. */
export type Answer = { readonly afterMs?: number; readonly outcome: ProbeOutcome } | "silence" | "never";

export const fine: Answer = { outcome: { ok: true, detail: "connected" } };
export const refused: Answer = { outcome: { ok: false, detail: "connect ECONNREFUSED 127.0.0.1:6443" } };

/** Answers probes as a test wants. */
export class FakeHealth implements HealthPort {
  answer: (probe: Probe, context: ProbeContext) => Answer | Promise<ProbeOutcome> = () => fine;
  readonly files: Set<string> = new Set();
  /** Makes `exists` reject, or never answer. */
  fileTrouble: Error | "silence" | null = null;
  probes = 0;
  running = 0;
  mostRunning = 0;
  readonly startedAt: number[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async probe(probe: Probe, context: ProbeContext): Promise<ProbeOutcome> {
    this.probes++;
    this.startedAt.push(this.#clock.now());
    this.running++;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      const answer = this.answer(probe, context);
      if (answer instanceof Promise) return await answer;
      if (answer === "never") return await new Promise(() => {});
      if (answer === "silence")
        return await new Promise((resolve) => {
          context.signal.addEventListener("abort", () => resolve({ ok: false, detail: "aborted" }), { once: true });
        });
      if (answer.afterMs !== undefined) await this.#clock.sleep(answer.afterMs);
      return answer.outcome;
    } finally {
      this.running--;
    }
  }

  async exists(path: string): Promise<boolean> {
    if (this.fileTrouble === "silence") return new Promise(() => {});
    if (this.fileTrouble !== null) throw this.fileTrouble;
    return this.files.has(path);
  }
}
