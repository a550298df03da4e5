import { fileURLToPath } from "node:url";
import { hostAddresses, type LabProcess, type ProcessExit, type Sandbox, waitFor } from "@vipcast/lab";
import { node, peer, startWorld } from "../../../interop/src/cell/world.ts";
import { bird } from "../../../interop/src/daemons/bird.ts";
import type { ReceivedRoute } from "../../../interop/src/daemons/driver.ts";
import { missingPrograms, PeerDaemon } from "../../../interop/src/daemons/peer-daemon.ts";

const programs = fileURLToPath(new URL("../dist/", import.meta.url));

/** Why nothing can be shown here, or null. */
export const absence: string | null =
  missingPrograms(bird).length > 0 ? "BIRD is not installed: npx pnpm@10 peers:install" : null;

/** A line the controller printed: an event, or an explanation. */
export type Line = Readonly<Record<string, unknown>>;

/** Two hosts with a link between them: BIRD on one, the controller on the other, and what both kernels report meanwhile. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly router: PeerDaemon;
  readonly ledgerFile: string;
  /** `ip monitor` of the controller's addresses and of the routes that BIRD gives its kernel. */
  readonly #addresses: LabProcess;
  readonly #routes: LabProcess;

  private constructor(sandbox: Sandbox, router: PeerDaemon, addresses: LabProcess, routes: LabProcess) {
    this.sandbox = sandbox;
    this.router = router;
    this.ledgerFile = `${sandbox.folder}/ledger.json`;
    this.#addresses = addresses;
    this.#routes = routes;
  }

  static async open(): Promise<Stage> {
    const sandbox = await startWorld();
    try {
      const router = new PeerDaemon(bird, sandbox, peer.name);
      const addresses = await sandbox.spawn(node.name, ["ip", "-o", "monitor", "address"]);
      const routes = await sandbox.spawn(peer.name, ["ip", "-o", "monitor", "route"]);
      await router.configure({
        asn: 65000,
        routerId: peer.ipv4,
        addresses: peer,
        neighbours: [{ name: "node", address: node.ipv4, asn: 65001, localAddress: peer.ipv4 }],
      });
      await router.start();
      return new Stage(sandbox, router, addresses, routes);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  /** Waits for BIRD's route to a VIP as a test accepts it, or for its end. */
  async route(vip: string, accept: (route: ReceivedRoute | undefined) => boolean): Promise<ReceivedRoute | undefined> {
    const family = vip.includes(":") ? "ipv6-unicast" : "ipv4-unicast";
    let seen: ReceivedRoute | undefined;
    return (
      await waitFor(
        () => `BIRD has for ${vip} ${JSON.stringify(seen)}`,
        async () => {
          seen = (await this.router.received(family)).find(({ prefix }) => prefix === vip);
          return accept(seen) ? { seen } : null;
        },
        5000,
        50,
      )
    ).seen;
  }

  /** Addresses of the controller's host, sorted; the link-local one comes by itself and at any time. */
  async addresses(): Promise<readonly string[]> {
    const all = await hostAddresses(this.sandbox, node.name);
    return all.filter((address) => !address.startsWith("fe80:")).sort();
  }

  /** When the controller's kernel reported that an address went, in the order of the events. */
  unbound(vip: string): readonly number[] {
    return times(this.#addresses, (text) => text.startsWith("Deleted ") && text.includes(` ${vip} `));
  }

  /** When the controller's kernel reported that an address came. */
  bound(vip: string): readonly number[] {
    return times(this.#addresses, (text) => !text.startsWith("Deleted ") && text.includes(` ${vip} `));
  }

  /** When the router's kernel reported that the way to a VIP went. */
  unrouted(vip: string): readonly number[] {
    // iproute2 leaves the length of a host route out.
    const shown = vip.replace(/\/(32|128)$/, "");
    return times(this.#routes, (text) => text.startsWith(`Deleted ${shown} `));
  }

  async close(): Promise<void> {
    await this.sandbox.close();
  }
}

/** The example, running. */
export class Controller {
  readonly process: LabProcess;

  private constructor(process: LabProcess) {
    this.process = process;
  }

  static async start({ sandbox, ledgerFile }: Stage, name = "main", ...more: readonly string[]): Promise<Controller> {
    const program = `${programs}${name}.js`;
    const argv = [process.execPath, program, peer.ipv4, "65000", "65001", node.ipv4, ledgerFile, ...more];
    return new Controller(await sandbox.spawn(node.name, argv));
  }

  /** Gives it lines to obey. */
  async tell(...lines: readonly string[]): Promise<void> {
    await this.process.write(`${lines.join("\n")}\n`);
  }

  /** What it printed so far. */
  printed(): readonly Line[] {
    const lines = this.process.lines.filter(({ stream }) => stream === "stdout");
    return lines.map(({ text }) => JSON.parse(text) as Line);
  }

  /** The events so far, in order, that concern one VIP. */
  eventsOf(vip: string): readonly unknown[] {
    return this.printed().flatMap((line) => (line.vip === vip && "event" in line ? [line.event] : []));
  }

  /** Waits until a line has these fields, or has been printed with them. */
  said(fields: Line): Promise<Line> {
    const has = (line: Line): boolean => Object.entries(fields).every(([name, value]) => line[name] === value);
    return waitFor(
      () => `it does not say ${JSON.stringify(fields)}: ${this.process.tail(30)}`,
      () => this.printed().find(has) ?? null,
      5000,
    );
  }

  /** Waits until it complained in these words. */
  complained(words: string): Promise<true> {
    return waitFor(
      () => `it does not say "${words}": ${this.process.tail(30)}`,
      () => this.process.lines.some(({ stream, text }) => stream === "stderr" && text.includes(words)) || null,
      3000,
    );
  }

  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<ProcessExit> {
    await this.process.signal(signal);
    return this.process.exited;
  }
}

function times(monitor: LabProcess, accept: (text: string) => boolean): readonly number[] {
  return monitor.lines.filter(({ text }) => accept(text)).map(({ at }) => at);
}
