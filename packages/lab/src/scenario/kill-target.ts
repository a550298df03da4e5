import { LabError } from "../errors.ts";
import type { LabNode, NodeEvent } from "../node/lab-node.ts";
import { parseKernelTable } from "../router/kernel-routes.ts";
import { parseJsonObject } from "../sandbox/json-lines.ts";
import { monotonicMs } from "../sandbox/protocol.ts";
import { addressOf, nodeOfNextHop } from "../topology/plan.ts";
import { sleep, waitFor } from "../wait.ts";
import { type AddressNotice, AddressWatch, adoptedVip } from "./bystanders.ts";
import { checkEventOrder } from "./event-order.ts";
import { type HostSnapshot, hostDifferences, hostSnapshot, touched } from "./host-snapshot.ts";
import { type KillCycle, killCycles, progressOf } from "./kill-cycles.ts";
import { checkWithdrawnBeforeUnbound } from "./promises.ts";
import type { SeededRandom } from "./random.ts";
import type { ScenarioRun } from "./run.ts";

/** Until a start serves, or a stop is done, on a busy machine. */
const patienceMs = 30_000;
/** How long kernel, ledger and router may take to be as the announcer says they are. */
const settleMs = 12_000;
/** A kill on the announcer's word comes at once or a little later. */
const afterWordMs = 4;
const restingMs = 200;
/** Longer than the announcer needs to put addresses back. */
const restoringMs = 8;
/** Longer than a stop takes. */
const stoppingMs = 750;

/** One node whose announcer is killed again and again. */
export class KillTarget {
  readonly #run: ScenarioRun;
  readonly #node: LabNode;
  readonly #pool: readonly string[];
  readonly #cycles: Generator<KillCycle, never>;
  readonly #watch: AddressWatch;
  /** What the host has that is not vipcast's. */
  readonly #before: HostSnapshot["addresses"];
  /** From the start to the first VIP that is bound, the last time. */
  #startMs = 400;
  /** Index of the first event of this life. */
  #born = 0;
  #doing = "";

  private constructor(
    run: ScenarioRun,
    node: LabNode,
    parts: { pool: readonly string[]; random: SeededRandom; watch: AddressWatch; before: HostSnapshot["addresses"] },
  ) {
    this.#run = run;
    this.#node = node;
    this.#pool = parts.pool;
    this.#cycles = killCycles(parts.random, parts.pool);
    this.#watch = parts.watch;
    this.#before = parts.before;
  }

  /** The bystanders are there, the announcer is not. */
  static async begin(
    run: ScenarioRun,
    node: LabNode,
    pool: readonly string[],
    random: SeededRandom,
  ): Promise<KillTarget> {
    const watch = await AddressWatch.start(run, node);
    const { addresses } = await hostSnapshot(run, node);
    return new KillTarget(run, node, { pool, random, watch, before: addresses });
  }

  /** For a message: what it does just now. */
  get doing(): string {
    return this.#doing;
  }

  /** Starts, kills, starts again and stops the announcer, and judges each of it. Throws `timeout` where something does not come. */
  async cycle(): Promise<void> {
    const cycle = this.#cycles.next().value;
    const noticed = this.#watch.notices.length;
    const over = cycle.removed.length > 0 ? this.#run.excuse(this.#node.name) : null;
    await this.#kill(cycle);
    this.#judgeOrder();
    const killed = await this.#judgeKilled(cycle);
    const restarted = this.#watch.notices.length;
    this.#doing = `the start after a kill at "${cycle.moment}"`;
    await this.#start(cycle.next);
    await this.#served(cycle.next);
    await this.#settled(cycle.next);
    over?.();
    this.#judgeTakeover(cycle, killed, restarted);
    this.#doing = `the stop after a kill at "${cycle.moment}"`;
    await this.#stop(cycle.next);
    this.#judgeOrder();
    const foreign = this.#watch.foreign(noticed, new Set(this.#pool));
    this.#run.broken.push(...foreign.map((notice) => this.#touchedForeign(notice)));
  }

  /** Starts an announcer and ends it with SIGKILL at the moment that the cycle says. */
  async #kill(cycle: KillCycle): Promise<void> {
    const { moment, intent, share } = cycle;
    const node = this.#node;
    this.#doing = `a kill at "${moment}"`;
    const startedAt = monotonicMs();
    await this.#start(intent);
    const soon = share ** 2 * afterWordMs;
    switch (moment) {
      case "starting":
        await sleep(share * this.#startMs * 1.3);
        break;
      case "bound":
        await this.#word("vip.bound");
        this.#startMs = monotonicMs() - startedAt;
        await sleep(soon);
        break;
      case "announced":
        await this.#word("vip.announced");
        await sleep(soon);
        break;
      case "serving":
        await this.#served(intent);
        await sleep(share * restingMs);
        break;
      case "restoring": {
        await this.#served(intent);
        const input = cycle.removed.map((vip) => `address del ${vip} dev lo\n`).join("");
        await this.#run.lab.sandbox.exec(node.host, ["ip", "-batch", "-"], { input });
        await sleep(share * restoringMs);
        break;
      }
      case "withdrawn":
      case "unbound": {
        await this.#served(intent);
        const said = this.#word(`vip.${moment}`);
        void node.stop(patienceMs).catch(() => undefined);
        await said;
        await sleep(soon);
        break;
      }
      case "stopping":
        await this.#served(intent);
        void node.stop(patienceMs).catch(() => undefined);
        await sleep(share * stoppingMs);
        break;
      default:
        moment satisfies never;
    }
    await node.crash();
  }

  /** What the dead announcer left: nothing foreign was touched, nothing is bound but the intent, and the ledger is whole. */
  async #judgeKilled(cycle: KillCycle): Promise<ReadonlySet<string>> {
    const { counts, broken } = this.#run;
    const { addresses, ledger } = await hostSnapshot(this.#run, this.#node);
    const bound = new Set(this.#pool.filter((vip) => addresses.has(`lo ${vip}`)));
    const recorded = new Set(ledger ?? []);
    for (const difference of touched(addresses, this.#before)) broken.push(this.#promise(3, "all", difference));
    for (const vip of bound)
      if (!cycle.intent.includes(vip)) broken.push(this.#promise(4, vip, "bound although it was not in the intent"));
    const events = this.#life();
    const said = (name: string): Set<string> =>
      new Set(events.filter(({ event }) => event === name).map(({ fields }) => String(fields.vip)));
    const withdrawn = said("vip.withdrawn");
    const announced = new Set([...said("vip.announced")].filter((vip) => !withdrawn.has(vip)));
    const stopping = cycle.moment === "withdrawn" || cycle.moment === "unbound" || cycle.moment === "stopping";
    const progress = progressOf({ intent: cycle.intent, recorded, bound, announced, withdrawn, stopping });
    counts.kills = (counts.kills ?? 0) + 1;
    counts[progress] = (counts[progress] ?? 0) + 1;
    return bound;
  }

  /** What was bound and is wanted again was taken over as it was: neither removed nor added nor changed, and not as somebody else's. */
  #judgeTakeover({ next }: KillCycle, killed: ReadonlySet<string>, noticed: number): void {
    const notices = this.#watch.notices.slice(noticed);
    const events = this.#life();
    for (const vip of next.filter((wanted) => killed.has(wanted))) {
      const notice = notices.find(({ address }) => address === addressOf(vip));
      if (notice !== undefined)
        this.#run.broken.push(
          this.#promise(
            3,
            vip,
            `bound before kill -9, and ${notice.bound ? "written anew" : "removed"} by the next start`,
          ),
        );
      const bound = events.find(({ event, fields }) => event === "vip.bound" && fields.vip === vip);
      if (bound?.fields.adopted !== false)
        this.#run.broken.push(
          this.#promise(3, vip, "bound before kill -9, and taken for somebody else's by the next start"),
        );
    }
    const adopted = events.find(({ event, fields }) => event === "vip.bound" && fields.vip === adoptedVip);
    if (adopted?.fields.adopted !== true)
      this.#run.broken.push(this.#promise(3, adoptedVip, "somebody else's, and not reported as adopted"));
  }

  #judgeOrder(): void {
    this.#run.broken.push(...checkEventOrder(this.#node.name, this.#life()));
  }

  async #stop(vips: readonly string[]): Promise<void> {
    const node = this.#node;
    const { lab } = this.#run;
    const since = monotonicMs();
    const exit = await node.stop(patienceMs);
    if (exit.code !== 0)
      throw new LabError(
        "command-failed",
        `it ended with ${exit.signal ?? `exit code ${exit.code}`}: ${node.lastWords()}`,
      );
    await this.#settled([]);
    const own = lab.plan.vips.filter((vip) => vips.includes(vip));
    const seesIt = (): boolean => own.some((vip) => lab.lastNextHops(vip).includes(node.name));
    await waitFor("the router's reader does not see the withdrawal", () => (seesIt() ? null : true), settleMs);
    const observation = this.#run.observation();
    if (observation === null) return;
    const seen = { ...observation, vips: own };
    this.#run.broken.push(...checkWithdrawnBeforeUnbound(seen, node.name, node.addressChanges, since));
  }

  async #start(vips: readonly string[]): Promise<void> {
    this.#born = this.#node.events.length;
    const { ipv6 } = this.#node.plan.addresses;
    // Said, because a stranger's address on eth0 may look like one that routers can reach.
    const nextHop = ipv6 === null ? [] : ["--next-hop", ipv6];
    await this.#node.start(["--adopt", ...nextHop], [...vips, adoptedVip]);
  }

  /** Each VIP is bound and announced, by the announcer's own words. */
  async #served(vips: readonly string[]): Promise<void> {
    const wanted = [...vips, adoptedVip];
    const missing = (): readonly string[] => {
      const said = new Set(this.#life().map(({ event, fields }) => `${event} ${String(fields.vip)}`));
      return wanted.filter((vip) => !said.has(`vip.bound ${vip}`) || !said.has(`vip.announced ${vip}`));
    };
    await waitFor(
      () => `${missing().join(", ")} are not served: ${this.#node.lastWords()}`,
      () => this.#alive(missing().length === 0),
      patienceMs,
      5,
    );
  }

  /** Kernel, ledger and the router's kernel are what the intent says. */
  async #settled(vips: readonly string[]): Promise<void> {
    let problems: readonly string[] = [];
    await waitFor(
      () => `the node is not what its intent says: ${problems.slice(0, 5).join("; ")}`,
      async () => {
        problems = await this.#problems(vips);
        return problems.length === 0 ? true : null;
      },
      settleMs,
      30,
    );
  }

  async #problems(vips: readonly string[]): Promise<readonly string[]> {
    const { addresses, ledger } = await hostSnapshot(this.#run, this.#node);
    const recorded = new Set(ledger ?? []);
    const routed = await this.#routed();
    return [
      ...hostDifferences(addresses, this.#before, vips),
      ...vips.filter((vip) => !recorded.has(vip)).map((vip) => `${vip} is not in the ledger`),
      ...[...recorded].filter((vip) => !vips.includes(vip)).map((vip) => `${vip} is still in the ledger`),
      ...vips.filter((vip) => !routed.has(vip)).map((vip) => `the router does not forward ${vip} to it`),
      ...[...routed].filter((vip) => !vips.includes(vip)).map((vip) => `the router still forwards ${vip} to it`),
    ];
  }

  /** Those of the pool that the router's kernel forwards to this node. */
  async #routed(): Promise<ReadonlySet<string>> {
    const { sandbox, plan } = this.#run.lab;
    const show = async (family: string): Promise<ReturnType<typeof parseKernelTable>> =>
      parseKernelTable((await sandbox.exec("router", ["ip", family, "-json", "route", "show"])).stdout);
    const tables = await Promise.all(["-4", ...(plan.ipv6 ? ["-6"] : [])].map(show));
    const hops = (vip: string): readonly string[] =>
      tables.flatMap((table) => (table.get(addressOf(vip)) ?? []).map(({ via }) => nodeOfNextHop(plan, via)));
    return new Set(this.#pool.filter((vip) => hops(vip).includes(this.#node.name)));
  }

  /** Resolves in the moment in which the announcer's next event of this name is read. */
  async #word(event: string): Promise<void> {
    const { announcer } = this.#node;
    if (announcer === null) return;
    let end: () => void = () => undefined;
    const said = new Promise<true>((resolve) => {
      end = announcer.onLine(({ stream, text }) => {
        if (stream === "stdout" && parseJsonObject(text)?.event === event) resolve(true);
      });
    });
    const heard = await Promise.race([said, announcer.exited.then(() => false), sleep(patienceMs).then(() => false)]);
    end();
    if (!heard) throw new LabError("timeout", `it never said ${event}: ${this.#node.lastWords()}`);
  }

  #alive(done: boolean): true | null {
    const exit = this.#node.announcer?.exit ?? null;
    if (exit !== null && !done) throw new LabError("command-failed", `it ended by itself: ${this.#node.lastWords()}`);
    return done ? true : null;
  }

  #life(): readonly NodeEvent[] {
    return this.#node.events.slice(this.#born);
  }

  #touchedForeign({ address, bound }: AddressNotice): ScenarioRun["broken"][number] {
    return this.#promise(3, address, `not vipcast's, and ${bound ? "written anew" : "removed"} (${this.#doing})`);
  }

  #promise(promise: number, vip: string, detail: string): ScenarioRun["broken"][number] {
    return { promise, node: this.#node.name, vip, detail };
  }
}
