import { labEntryPath } from "../entry-path.ts";
import { LabError } from "../errors.ts";
import type { ServiceArguments, ServiceMessage } from "../inner/messages.ts";
import { parseJsonObject } from "../sandbox/json-lines.ts";
import type { LabProcess, ProcessExit } from "../sandbox/lab-process.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { hostAddresses } from "../topology/build.ts";
import { addressOf, type NodePlan, type Plan } from "../topology/plan.ts";
import { waitFor } from "../wait.ts";
import { announceArguments } from "./announce-arguments.ts";
import { ProcessorWaits, readWaitedMs } from "./processor-waits.ts";

/** How often it is read how long the announcer waited for a processor. */
const waitsEveryMs = 10;

/** One JSON event of a node's announcer, with the moment the lab read it. */
export interface NodeEvent {
  /** `monotonicMs()`. */
  readonly at: number;
  /** For example `vip.announced`. */
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A VIP that came to or left a node's kernel. */
export interface AddressChange {
  readonly vip: string;
  readonly bound: boolean;
  /** `monotonicMs()`. */
  readonly at: number;
}

/** What a node is doing, for a view of the lab. */
export type NodeState = "not started" | "starting" | "announcing" | "stopped" | "killed";

/** One host with the announcer under test and a service that answers on the VIPs. */
export class LabNode {
  readonly name: string;
  readonly plan: NodePlan;
  /** The announcer's events, oldest first; they survive its restarts. */
  readonly events: NodeEvent[] = [];
  /** What the announcer wrote on standard error, and lines on standard output that are no events. */
  readonly log: string[] = [];
  readonly addressChanges: AddressChange[] = [];
  /** How long the announcer had to wait for a processor. */
  readonly waits: ProcessorWaits = new ProcessorWaits();
  readonly #sandbox: Sandbox;
  readonly #lab: Plan;
  readonly #command: readonly string[];
  readonly #extra: readonly string[];
  #announcer: LabProcess | null = null;
  #service: LabProcess | null = null;
  #wanted: "none" | "running" | "stopped" | "killed" = "none";

  constructor(
    sandbox: Sandbox,
    lab: Plan,
    plan: NodePlan,
    command: readonly string[],
    extraArguments: readonly string[],
  ) {
    this.#sandbox = sandbox;
    this.#lab = lab;
    this.name = plan.name;
    this.plan = plan;
    this.#command = command;
    this.#extra = extraArguments;
  }

  /** Network namespace of the node, or null in loopback mode. */
  get host(): string | null {
    return this.#lab.mode === "namespaces" ? this.name : null;
  }

  /** The announcer's process, or null before the first start. */
  get announcer(): LabProcess | null {
    return this.#announcer;
  }

  /** Whether the service answers: not before its start, nor after it was stopped or killed. */
  get serviceRuns(): boolean {
    return this.#service?.exit === null;
  }

  get state(): NodeState {
    if (this.#wanted === "none") return "not started";
    if (this.#announcer?.exit !== null) return this.#wanted === "killed" ? "killed" : "stopped";
    const announced = this.events.some(({ event }) => event === "vip.announced");
    return announced ? "announcing" : "starting";
  }

  /** A sentence about a node that is not in the state it should be in, or null. */
  get complaint(): string | null {
    const exit = this.#announcer?.exit ?? null;
    if (this.#wanted !== "running") return null;
    if (exit !== null) return `${this.name}'s announcer ended by itself (${describeExit(exit)}): ${this.lastWords()}`;
    if (this.#service !== null && this.#service.exit !== null)
      return `${this.name}'s service ended by itself (${describeExit(this.#service.exit)}): ${this.#service.tail()}`;
    return null;
  }

  /** Starts the service that says the node's name on every VIP. Without an announcer nothing leads to it. */
  async startService(): Promise<void> {
    const ipv6 = this.#lab.ipv6;
    const namespaces = this.#lab.mode === "namespaces";
    const options: ServiceArguments = {
      name: this.name,
      port: this.#lab.servicePort,
      listen: namespaces ? ["0.0.0.0", ...(ipv6 ? ["::"] : [])] : [this.plan.addresses.ipv4],
      watch: namespaces ? this.#lab.vips : [],
    };
    const argv = [process.execPath, labEntryPath(), "service", JSON.stringify(options)];
    const service = await this.#sandbox.spawn(this.host, argv);
    this.#service = service;
    let listening = false;
    service.onLine((line) => {
      if (line.stream !== "stdout") return;
      const message = JSON.parse(line.text) as ServiceMessage;
      if (message.kind === "listening") listening = true;
      else this.addressChanges.push({ vip: message.vip, bound: message.bound, at: message.at });
    });
    await waitFor(
      () => `${this.name}'s service does not listen: ${service.tail()}`,
      () => (listening ? true : null),
      8000,
      5,
    );
  }

  /** The folder in which the announcer keeps its state. */
  get stateDir(): string {
    return `${this.#sandbox.folder}/${this.name}`;
  }

  /**
   * Starts the announcer with the lab's arguments, then the lab's extra ones, then these. `vips` are by default the lab's. Returns at
   * once: `events` tell the rest.
   */
  async start(extraArguments: readonly string[] = [], vips: readonly string[] = this.#lab.vips): Promise<void> {
    if (this.#announcer !== null && this.#announcer.exit === null)
      throw new LabError("bad-option", `${this.name}'s announcer runs already`);
    const argv = [
      ...this.#command,
      ...announceArguments(this.#lab, this.plan, this.stateDir, vips),
      ...this.#extra,
      ...extraArguments,
    ];
    const announcer = await this.#sandbox.spawn(this.host, argv);
    this.#announcer = announcer;
    this.#wanted = "running";
    this.#readWaits(announcer);
    announcer.onLine((line) => {
      const fields = line.stream === "stdout" ? parseJsonObject(line.text) : null;
      const event = fields?.event;
      if (fields !== null && typeof event === "string") this.events.push({ at: line.at, event, fields });
      else this.log.push(line.text);
    });
  }

  #readWaits(announcer: LabProcess): void {
    const path = this.#sandbox.procPath(announcer.pid, "schedstat");
    const timer = setInterval(() => {
      const waitedMs = readWaitedMs(path);
      if (waitedMs !== null) this.waits.record(Date.now(), path, waitedMs);
    }, waitsEveryMs);
    void announcer.exited.then(() => clearInterval(timer));
  }

  /** Runs the announcer's command once more beside it, with arguments of one's own. The lab looks after it no further. */
  spawnBeside(args: readonly string[]): Promise<LabProcess> {
    return this.#sandbox.spawn(this.host, [...this.#command, ...args]);
  }

  /** Ends the announcer with SIGTERM and waits for its end; the service stays. Throws `timeout`. */
  async stop(timeoutMs = 10_000): Promise<ProcessExit> {
    this.#wanted = "stopped";
    await this.#announcer?.signal("SIGTERM");
    return waitFor(
      () => `${this.name}'s announcer did not end on SIGTERM: ${this.lastWords()}`,
      () => this.#announcer?.exit ?? null,
      timeoutMs,
      5,
    );
  }

  /** The node dies: SIGKILL for the announcer and the service. */
  async kill(): Promise<void> {
    this.#wanted = "killed";
    await Promise.all([this.#announcer?.signal("SIGKILL"), this.#service?.signal("SIGKILL")]);
    await Promise.all([this.#announcer?.exited, this.#service?.exited]);
  }

  /** A crash: SIGKILL for the announcer alone; addresses and service stay. */
  async crash(): Promise<void> {
    this.#wanted = "killed";
    await this.#announcer?.kill();
  }

  /** Sends any signal to the announcer: SIGSTOP and SIGCONT freeze and thaw it. */
  async signal(name: NodeJS.Signals): Promise<void> {
    await this.#announcer?.signal(name);
  }

  /** Ends or starts the service alone. */
  async stopService(): Promise<void> {
    await this.#service?.kill();
    this.#service = null;
  }

  /** Waits for an event that came at or after `since` (default: ever) and that `where` accepts. Throws `timeout`. */
  waitForEvent(
    event: string,
    options: {
      readonly since?: number;
      readonly timeoutMs?: number;
      readonly where?: (event: NodeEvent) => boolean;
    } = {},
  ): Promise<NodeEvent> {
    const { since = 0, timeoutMs = 8000, where = (): boolean => true } = options;
    return waitFor(
      () => `${this.name} reported no ${event}: ${this.lastWords()}`,
      () => this.events.find((seen) => seen.event === event && seen.at >= since && where(seen)) ?? null,
      timeoutMs,
      5,
    );
  }

  /** The lab's VIPs that the node's kernel has now. */
  async boundVips(): Promise<readonly string[]> {
    if (this.host === null) return [];
    const bound = new Set((await hostAddresses(this.#sandbox, this.host)).map(addressOf));
    return this.#lab.vips.filter((vip) => bound.has(addressOf(vip)));
  }

  /** Deletes a VIP by hand, as a rival would. Returns `monotonicMs()` just before. */
  async deleteAddress(vip: string, device = "lo"): Promise<number> {
    const at = monotonicMs();
    await this.#sandbox.exec(this.host, ["ip", "address", "del", vip, "dev", device]);
    return at;
  }

  /** Pulls the node's cable: its interface loses the carrier, the router's does not. `linkUp` plugs it in again. */
  async linkDown(): Promise<void> {
    await this.#sandbox.exec("switch", ["ip", "link", "set", this.name, "down"]);
  }

  async linkUp(): Promise<void> {
    await this.#sandbox.exec("switch", ["ip", "link", "set", this.name, "up"]);
  }

  /** Cuts the node off although every link stays up: the switch no longer forwards to or from it. */
  async partition(): Promise<void> {
    await this.#sandbox.exec("switch", ["ip", "link", "set", this.name, "nomaster"]);
  }

  async heal(): Promise<void> {
    await this.#sandbox.exec("switch", ["ip", "link", "set", this.name, "master", "br0"]);
  }

  /** The last lines the announcer wrote, for an error message. */
  lastWords(): string {
    const words = this.log.slice(-5).join("\n");
    const last = this.events.at(-1);
    return words !== "" ? words : last === undefined ? "it said nothing" : JSON.stringify(last.fields);
  }
}

function describeExit(exit: ProcessExit): string {
  return exit.signal ?? `exit code ${exit.code}`;
}
