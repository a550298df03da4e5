import { readdirSync } from "node:fs";
import prometheus from "prom-client";
import type { CheckTook } from "../adapters/timed-checks.ts";
import { definitions, type MetricDefinition, type MetricName } from "./definitions.ts";
import { type Observation, samplesOf } from "./samples.ts";

/** How often the event loop's lag is sampled. */
const lagSampleMs = 50;
/** Scrapes that come closer together than this get the same text: nobody can keep the process busy by asking. */
const freshMs = 250;

/**
 * The metrics as text. What can be read off the present state is read at the scrape; only the lag of the event loop and the durations of checks
 * are collected in between.
 */
export class Exposition {
  readonly #registry = new prometheus.Registry();
  readonly #gauges = new Map<string, prometheus.Gauge>();
  readonly #counters = new Map<string, prometheus.Counter>();
  readonly #histograms = new Map<string, prometheus.Histogram>();
  readonly #observe: () => Promise<Observation>;
  readonly #sampler: NodeJS.Timeout;
  #text: Promise<string> | null = null;
  #freshUntilMs = 0;

  /** `observe` is called when nobody waits for the same already, and at most once in 250 ms. Sampling goes on until `close`. */
  constructor(observe: () => Promise<Observation>) {
    this.#observe = observe;
    for (const [name, definition] of Object.entries<MetricDefinition>(definitions)) this.#define(name, definition);
    let expected = performance.now() + lagSampleMs;
    this.#sampler = setInterval(() => {
      const now = performance.now();
      this.#histograms.get("vipcast_event_loop_lag_seconds")?.observe(Math.max(0, now - expected) / 1000);
      expected = now + lagSampleMs;
    }, lagSampleMs);
    this.#sampler.unref();
  }

  /** What `Content-Type` says of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Adds one check to the distribution of their durations. */
  checkTook({ kind, ok, tookMs }: CheckTook): void {
    const result = ok ? "success" : "failure";
    this.#histograms.get("vipcast_check_duration_seconds")?.observe({ kind, result }, tookMs / 1000);
  }

  text(): Promise<string> {
    if (this.#text === null || performance.now() > this.#freshUntilMs) {
      // One at a time, however long it takes.
      this.#freshUntilMs = Number.POSITIVE_INFINITY;
      this.#text = this.#render().finally(() => {
        this.#freshUntilMs = performance.now() + freshMs;
      });
    }
    return this.#text;
  }

  close(): void {
    clearInterval(this.#sampler);
  }

  #define(name: string, { type, help, labels, buckets }: MetricDefinition): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === "gauge") this.#gauges.set(name, new prometheus.Gauge(options));
    else if (type === "counter") this.#counters.set(name, new prometheus.Counter(options));
    else this.#histograms.set(name, new prometheus.Histogram({ ...options, buckets: [...(buckets ?? [])] }));
  }

  async #render(): Promise<string> {
    const observation = await this.#observe();
    const samples = samplesOf(observation);
    // Ten thousand series take some tens of milliseconds in each of three turns.
    await nextTurn();
    for (const metric of [...this.#gauges.values(), ...this.#counters.values()]) metric.reset();
    for (const { name, labels, value } of samples) this.#put(name, labels, value);
    const { user, system } = process.cpuUsage();
    this.#put("process_cpu_seconds_total", {}, (user + system) / 1e6);
    this.#put("process_resident_memory_bytes", {}, process.memoryUsage.rss());
    this.#put("process_start_time_seconds", {}, performance.timeOrigin / 1000);
    this.#put("process_open_fds", {}, openDescriptors());
    await nextTurn();
    return this.#registry.metrics();
  }

  #put(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
    // A counter that was just reset: what has been counted elsewhere is its value.
    this.#counters.get(name)?.inc(labels, value);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The folder that is being read is open as well, and does not count. */
function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return 0;
  }
}
