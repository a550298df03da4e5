import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LabProcess, monotonicMs, parseBirdProtocols, type Sandbox, waitFor } from "@vipcast/lab";
import { batch, startWorld } from "../cell/world.ts";
import { bird } from "../daemons/bird.ts";
import { PeerDaemon } from "../daemons/peer-daemon.ts";
import { EmbeddedPeer } from "./embedded-peer.ts";
import { type Config, type Mutation, mutate, randomNumbers } from "./model.ts";
import { displayJitterMs, noise, resetSince, type Seen, wrongResets } from "./seen.ts";

/** What the CLI would do for a change, asked of its own build: the promise is that nothing happens which it did not say. */
interface Planner {
  readonly loadConfig: (
    file: string,
    environment: object,
  ) => { readonly ok: true; readonly configured: object } | { readonly ok: false };
  readonly planReload: (
    before: object,
    after: object,
  ) => {
    readonly changes: readonly {
      readonly kind: string;
      readonly cost: "none" | "routes" | "session";
      readonly sentence: string;
      readonly address?: string;
      readonly peer?: { readonly address: string };
    }[];
  };
}

/** The result of a run. */
export interface ReloadsResult {
  readonly reloads: number;
  readonly seed: number;
  readonly mutations: Readonly<Record<string, number>>;
  /** Sessions reset because the plan said so. */
  readonly resetsPlanned: number;
  /** Reloads after which a session that was not to be touched had received KEEPALIVEs at most. */
  readonly quiet: number;
  readonly connections: { readonly open: number; readonly broken: number; readonly octetsEchoed: number };
  readonly descriptors: { readonly before: number; readonly after: number };
  /** Median resident memory of the second quarter and the last quarter of the reloads, MiB; null for a short run. */
  readonly residentMiB: { readonly early: number; readonly late: number } | null;
  readonly reloadMs: { readonly median: number; readonly p99: number };
  readonly violations: readonly string[];
}

const stable = ["192.0.2.1/32", "192.0.2.2/32", "192.0.2.3/32"];
const each = 10;
const birdAddress = "10.0.0.254";
const embeddedAddress = "10.0.0.253";
/** A longer run may not have grown by more than this, MiB. */
const growthLimitMiB = 12;

const cli = fileURLToPath(new URL("../../../packages/cli/bin/vipcast.js", import.meta.url));
const service =
  'require("node:net").createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(7000, "0.0.0.0")';

/** Reloads a daemon so many times, each time with a random change, while connections through it go on. */
export async function runReloads(reloads: number, seed: number): Promise<ReloadsResult> {
  const sandbox = await startWorld();
  const folder = mkdtempSync(join(tmpdir(), "vipcast-reloads-"));
  try {
    return await new Run(sandbox, folder, reloads, seed).run();
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Run {
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  readonly #reloads: number;
  readonly #seed: number;
  readonly #violations: string[] = [];
  readonly #file: string;
  readonly #key: string;
  #router!: PeerDaemon;
  #embedded!: EmbeddedPeer;
  #daemon!: LabProcess;
  #planner!: Planner;
  /** Reloads that the daemon has finished, and files it has refused. */
  #reloaded = 0;
  #refused = 0;
  /** What the daemon said of the session that ended last. */
  #lastDown = "none ended";

  constructor(sandbox: Sandbox, folder: string, reloads: number, seed: number) {
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.#reloads = reloads;
    this.#seed = seed;
    this.#file = join(folder, "vipcast.yaml");
    this.#key = join(folder, "peer.key");
  }

  async run(): Promise<ReloadsResult> {
    const random = randomNumbers(this.#seed);
    const base = this.#base();
    let config = base;
    await this.#start(config);
    let configured = this.#load();
    let before = await this.#settled(config);
    const descriptors = { before: await this.#descriptors(), after: 0 };
    const mutations: Record<string, number> = {};
    const took: number[] = [];
    const resident: number[] = [];
    let [resetsPlanned, quiet] = [0, 0];
    for (let round = 1; round <= this.#reloads; round++) {
      const mutation = round === this.#reloads ? { what: "as at first", config: base } : mutate(config, stable, random);
      mutations[mutation.what] = (mutations[mutation.what] ?? 0) + 1;
      took.push(await this.#reload(mutation));
      config = mutation.config;
      // A broken file is as good as the one before it.
      const wanted = mutation.broken === true ? configured : this.#load();
      const { changes } = this.#planner.planReload(configured, wanted);
      configured = wanted;
      const named = changes
        .filter(({ cost }) => cost === "session")
        .map(({ address, peer }) => address ?? peer?.address);
      const toReset = { bird: named.includes(birdAddress), embedded: named.includes(embeddedAddress) };
      resetsPlanned += named.filter((address) => address === birdAddress || address === embeddedAddress).length;
      const routes = changes.some(({ cost }) => cost !== "none");
      await this.#resets(before, toReset);
      if (named.length > 0 || round % 50 === 0 || round === this.#reloads) await this.#converged(config);
      const after = await this.#seen();
      const where = `reload ${round}, ${mutation.what}`;
      const wrong = [...wrongResets(before, after, toReset, this.#lastDown), ...(routes ? [] : noise(before, after))];
      for (const sentence of wrong) this.#violations.push(`${where}: ${sentence}`);
      if (!routes) quiet++;
      // Withdrawals that wait for a drain belong to the reload that asked for them.
      before = routes ? await this.#settled(config) : after;
      // A session that is reset twice within the jitter would look as if it had stayed.
      if (named.length > 0) await new Promise((resolve) => setTimeout(resolve, 2 * displayJitterMs));
      resident.push(await this.#residentMiB());
    }
    const { flows } = (await this.#seen()).embedded;
    if (flows.broken > 0 || flows.open !== stable.length * each)
      this.#violations.push(
        `of ${stable.length * each} connections ${flows.open} were opened and ${flows.broken} broken`,
      );
    descriptors.after = await this.#fewest();
    if (descriptors.after > descriptors.before)
      this.#violations.push(`${descriptors.before} descriptors were open before and ${descriptors.after} after`);
    await this.#daemon.signal("SIGTERM");
    const { code } = await this.#daemon.exited;
    if (code !== 0) this.#violations.push(`the daemon ended with ${code}: ${this.#daemon.tail()}`);
    took.sort((a, b) => a - b);
    const at = (share: number): number => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))]!);
    return {
      reloads: this.#reloads,
      seed: this.#seed,
      mutations,
      resetsPlanned,
      quiet,
      connections: { open: flows.open, broken: flows.broken, octetsEchoed: flows.echoed },
      descriptors,
      residentMiB: this.#growth(resident),
      reloadMs: { median: at(0.5), p99: at(0.99) },
      violations: this.#violations,
    };
  }

  #base(): Config {
    return {
      asn: 65001,
      routerId: "10.0.0.1",
      stateDir: join(this.#folder, "state"),
      metrics: {},
      drain: "0s",
      logLevel: "info",
      listen: [],
      peers: [
        { address: birdAddress, asn: 65000 },
        { address: embeddedAddress, asn: 65000, port: 1790, passwordFile: this.#key },
      ],
      vips: stable.map((prefix) => ({ prefix })),
    };
  }

  async #start(config: Config): Promise<void> {
    const url = (path: string): string => new URL(`../../../packages/cli/dist/${path}.js`, import.meta.url).href;
    const modules: unknown[] = await Promise.all([import(url("run/load")), import(url("reload/plan-reload"))]);
    this.#planner = Object.assign({}, ...modules) as Planner;
    await batch(this.#sandbox, "peer", [`address add ${embeddedAddress}/24 dev eth0`]);
    this.#router = new PeerDaemon(bird, this.#sandbox, "peer");
    const neighbour = { name: "node", address: "10.0.0.1", asn: 65001, localAddress: birdAddress };
    this.#router.configure({
      asn: 65000,
      routerId: birdAddress,
      addresses: { ipv4: birdAddress, ipv6: "fd00::254" },
      neighbours: [neighbour],
    });
    const password = "key 0";
    const targets = stable.map((prefix) => prefix.replace("/32", ""));
    const options = { host: embeddedAddress, port: 1790, password, targets, each };
    [this.#embedded] = await Promise.all([
      EmbeddedPeer.start(this.#sandbox, "peer", options),
      this.#router.start(),
      this.#sandbox.spawn("node", [process.execPath, "-e", service]),
    ]);
    writeFileSync(this.#key, password);
    writeFileSync(this.#file, JSON.stringify(config));
    this.#daemon = await this.#sandbox.spawn("node", [process.execPath, cli, "run", "--json", "-c", this.#file]);
    this.#daemon.onLine(({ text }) => {
      if (text.includes('"event":"config.reloaded"') && text.startsWith('{"time"')) this.#reloaded++;
      if (text.includes('"event":"peer.down"')) this.#lastDown = text;
      if (text.includes("was not reloaded; nothing changed")) this.#refused++;
    });
    await this.#converged(config);
    await this.#embedded.ask({ ask: "flows" });
    await waitFor(
      () => "the clients do not get through",
      async () => ((await this.#embedded.ask()).flows.open === stable.length * each ? true : null),
      10_000,
    );
  }

  #load(): object {
    const loaded = this.#planner.loadConfig(this.#file, {});
    if (!loaded.ok) throw new Error(`a mutation made a configuration that is not valid: ${this.#file}`);
    return loaded.configured;
  }

  /** Writes the files, sends SIGHUP and returns how long it took until the daemon said that it was done, milliseconds. */
  async #reload({ config, broken, key }: Mutation): Promise<number> {
    const text = JSON.stringify(config);
    writeFileSync(this.#file, broken === true ? text.replace('"asn":65001', '"asn":"many"') : text);
    if (key !== undefined) {
      writeFileSync(this.#key, key);
      await this.#embedded.ask({ key });
    }
    const count = (): number => (broken === true ? this.#refused : this.#reloaded);
    const [had, startedAt] = [count(), monotonicMs()];
    await this.#daemon.signal("SIGHUP");
    await waitFor(
      () => `the daemon does not reload: ${this.#daemon.tail()}`,
      () => (count() > had ? true : null),
      10_000,
      2,
    );
    const tookMs = monotonicMs() - startedAt;
    if (broken === true) writeFileSync(this.#file, text);
    return tookMs;
  }

  async #seen(): Promise<Seen> {
    const control = `${this.#sandbox.folder}/peer-bird/bird.ctl`;
    const { stdout } = await this.#sandbox.exec("peer", ["birdc", "-s", control, "show", "protocols", "all", "node"]);
    const [session] = parseBirdProtocols(stdout);
    const counted = (label: string): number =>
      [...stdout.matchAll(new RegExp(`${label}:\\s+(\\d+)`, "g"))].reduce((sum, [, value]) => sum + Number(value), 0);
    return {
      bird: {
        state: session?.state ?? "none",
        since: /^node\s+BGP\s+\S+\s+\S+\s+(\S+)/m.exec(stdout)?.[1] ?? "",
        updates: counted("Import updates") + counted("Import withdraws"),
      },
      embedded: await this.#embedded.ask(),
    };
  }

  /** Every VIP is at both routers, no other is, and both sessions stand. */
  async #converged(config: Config): Promise<void> {
    const wanted = config.vips.map(({ prefix }) => prefix).sort();
    let found = "";
    await waitFor(
      () => `the routers do not agree with the configuration: ${found} instead of ${wanted}: ${this.#daemon.tail(3)}`,
      async () => {
        const { bird: router, embedded } = await this.#seen();
        if (router.state !== "established" || embedded.state !== "Established") {
          found = `BIRD ${router.state}, embedded ${embedded.state}`;
          return null;
        }
        found = (await this.#router.received("ipv4-unicast"))
          .map(({ prefix }) => prefix)
          .sort()
          .join();
        return found === wanted.join() ? true : null;
      },
      30_000,
      50,
    );
  }

  async #settled(config: Config): Promise<Seen> {
    await this.#converged(config);
    let seen = await this.#seen();
    await waitFor(
      () => "updates do not come to an end",
      async () => {
        const before = seen;
        await new Promise((resolve) => setTimeout(resolve, 30));
        seen = await this.#seen();
        const same =
          before.bird.updates === seen.bird.updates &&
          before.embedded.counters.updatesReceived === seen.embedded.counters.updatesReceived;
        return same ? true : null;
      },
      10_000,
      1,
    );
    return seen;
  }

  /** Waits until the sessions that are to be reset are new ones, or have had their time for that: the plan is carried out after its answer. */
  async #resets(before: Seen, toReset: { readonly bird: boolean; readonly embedded: boolean }): Promise<void> {
    const until = Date.now() + 5000;
    while (Date.now() < until) {
      const reset = resetSince(before, await this.#seen());
      if ((reset.bird || !toReset.bird) && (reset.embedded || !toReset.embedded)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #descriptors(): Promise<number> {
    const { stdout } = await this.#sandbox.exec(null, ["ls", `/proc/${this.#daemon.pid}/fd`]);
    return stdout.trim().split("\n").length;
  }

  /** Checks that run have sockets open for a moment: the least of some looks counts. */
  async #fewest(): Promise<number> {
    let fewest = Number.POSITIVE_INFINITY;
    for (let look = 0; look < 20; look++) {
      fewest = Math.min(fewest, await this.#descriptors());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return fewest;
  }

  async #residentMiB(): Promise<number> {
    const { stdout } = await this.#sandbox.exec(null, ["cat", `/proc/${this.#daemon.pid}/statm`]);
    return (Number(stdout.split(" ")[1]) * 4096) / 2 ** 20;
  }

  #growth(resident: readonly number[]): ReloadsResult["residentMiB"] {
    if (resident.length < 400) return null;
    const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
    const quarter = resident.length >> 2;
    const early = Math.round(median(resident.slice(quarter, 2 * quarter)));
    const late = Math.round(median(resident.slice(-quarter)));
    if (late - early > growthLimitMiB) this.#violations.push(`memory grew from ${early} MiB to ${late} MiB`);
    return { early, late };
  }
}
