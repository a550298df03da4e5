import { isDeepStrictEqual } from "node:util";
import { type ProcessExit, type Sandbox, waitFor } from "@vipcast/lab";
import {
  type Ability,
  type DaemonDriver,
  type DaemonSpec,
  familyOfPrefix,
  type NeighbourSpec,
  type OwnRoute,
  type ReceivedRoute,
} from "../daemons/driver.ts";
import { lackOf, PeerDaemon } from "../daemons/peer-daemon.ts";
import { Announcer } from "../subject/announce.ts";
import { ScriptedSpeaker, type SpeakerProgram } from "../subject/scripted-speaker.ts";
import { Capture } from "../wire/capture.ts";
import { announcedIn, complaintsAbout, valuesOf } from "../wire/messages.ts";
import type { Dissection, WireMessage } from "../wire/pdml.ts";
import { batch, isolation, node, peer, startWorld } from "./world.ts";

/** Asking a daemon costs a process of its own; several cells do so beside each other. */
const pollMs = 80;

/** The AS numbers of both sides, unless a case says otherwise. */
export const nodeAsn = 65001;
export const peerAsn = 65000;

/** The VIPs most cases announce. */
export const vip4 = "192.0.2.10/32";
export const vip6 = "2001:db8::10/128";

/** The daemon's side of a session, as far as a case wants something particular. */
export interface PeerOptions extends Partial<Omit<NeighbourSpec, "name" | "address" | "localAddress">> {
  /** The daemon's own AS number. */
  readonly ownAsn?: number;
  /** Addresses the session runs over. Default 4. */
  readonly transport?: 4 | 6;
  readonly routes?: readonly OwnRoute[];
}

/** One case on one daemon: two hosts, the daemon, vipcast, a capture between them, and what was found out. */
export class Cell {
  readonly sandbox: Sandbox;
  readonly daemon: PeerDaemon;
  readonly capture: Capture;
  /** Numbers worth keeping, by a name with their unit. */
  readonly figures: Record<string, number> = {};
  /** Words worth keeping. */
  readonly notes: string[] = [];
  readonly #announcers: Announcer[] = [];
  #speaker: ScriptedSpeaker | null = null;
  #dissection: Promise<Dissection> | null = null;

  private constructor(sandbox: Sandbox, daemon: PeerDaemon, capture: Capture) {
    this.sandbox = sandbox;
    this.daemon = daemon;
    this.capture = capture;
  }

  static async open(driver: DaemonDriver): Promise<Cell> {
    const sandbox = await startWorld();
    try {
      return new Cell(sandbox, new PeerDaemon(driver, sandbox, "peer"), await Capture.start(sandbox, "peer"));
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.sandbox.close();
  }

  /** Configures and starts the daemon. */
  async startPeer(options: PeerOptions = {}): Promise<void> {
    this.daemon.configure(this.specOf(options));
    await this.daemon.start();
  }

  specOf({ ownAsn = peerAsn, transport = 4, routes = [], ...neighbour }: PeerOptions): DaemonSpec {
    const ends = transport === 4 ? { address: node.ipv4, local: peer.ipv4 } : { address: node.ipv6, local: peer.ipv6 };
    return {
      asn: ownAsn,
      routerId: peer.ipv4,
      addresses: peer,
      neighbours: [{ name: "node", asn: nodeAsn, address: ends.address, localAddress: ends.local, ...neighbour }],
      routes,
    };
  }

  /** Starts `vipcast announce` with these arguments; the usual AS number and peer where they name none. */
  async announce(args: readonly string[]): Promise<Announcer> {
    const has = (option: string): boolean => args.includes(option);
    const announcer = await Announcer.start(this.sandbox, "node", [
      ...args,
      ...(has("--asn") ? [] : ["--asn", String(nodeAsn)]),
      ...(has("--peer") ? [] : ["--peer", `${peer.ipv4},asn=${peerAsn}`]),
    ]);
    this.#announcers.push(announcer);
    return announcer;
  }

  /** Starts `vipcast run` with this configuration. */
  async runDaemon(config: string): Promise<Announcer> {
    const announcer = await Announcer.run(this.sandbox, "node", config);
    this.#announcers.push(announcer);
    return announcer;
  }

  /** The vipcast that was started last. */
  get announcer(): Announcer {
    const last = this.#announcers.at(-1);
    if (last === undefined) throw new Error("no vipcast was started");
    return last;
  }

  /** Starts a program around the speaker, for what the command line cannot say. */
  async startSpeaker(options: SpeakerProgram): Promise<ScriptedSpeaker> {
    this.#speaker = await ScriptedSpeaker.start(this.sandbox, "node", options);
    return this.#speaker;
  }

  /** The one that was started last. */
  get speaker(): ScriptedSpeaker {
    if (this.#speaker === null) throw new Error("no speaker was started");
    return this.#speaker;
  }

  /** Why the daemon cannot do something here, or null when it can. */
  lack(ability: Ability): string | null {
    return lackOf(this.daemon.driver, ability, isolation === "rootless");
  }

  /** Stops every vipcast of this cell with SIGTERM. */
  stopAll(): Promise<readonly ProcessExit[]> {
    return Promise.all(this.#announcers.map((announcer) => announcer.stop()));
  }

  /** The argument `--peer` for the daemon over one transport. */
  peerArgument(transport: 4 | 6): readonly string[] {
    return ["--peer", `${transport === 4 ? peer.ipv4 : peer.ipv6},asn=${peerAsn}`];
  }

  /** Waits until vipcast listens for sessions. */
  async listening(): Promise<void> {
    await this.eventually("vipcast listens", async () =>
      (await this.onNode("ss", "-Hltn", "sport", "=", "179")) === "" ? null : true,
    );
  }

  /** Waits until the daemon shows the session as Established and returns the hold time it shows. */
  async established(timeoutMs = 8000): Promise<number | null> {
    const session = await this.eventually(
      "the session is Established",
      async () => {
        const [first] = await this.daemon.sessions();
        return first?.state === "established" ? first : null;
      },
      timeoutMs,
    );
    return session.holdTime;
  }

  /** Waits until the daemon has a route to the prefix with these properties. */
  async route(prefix: string, expected: Partial<ReceivedRoute> = {}, timeoutMs = 4000): Promise<ReceivedRoute> {
    let seen: ReceivedRoute | undefined;
    const wrong = (route: ReceivedRoute): readonly string[] =>
      (Object.keys(expected) as (keyof ReceivedRoute)[]).filter((key) => !isDeepStrictEqual(route[key], expected[key]));
    return waitFor(
      () => {
        if (seen === undefined) return `${this.daemon.driver.title} has no route to ${prefix}`;
        const route = seen;
        const list = wrong(route).map(
          (key) =>
            `${key} is ${JSON.stringify(route[key as keyof ReceivedRoute])} instead of ${JSON.stringify(expected[key as keyof ReceivedRoute])}`,
        );
        return `${this.daemon.driver.title}'s route to ${prefix}: ${list.join(", ")}`;
      },
      async () => {
        seen = (await this.daemon.received(familyOfPrefix(prefix))).find((route) => route.prefix === prefix);
        return seen !== undefined && wrong(seen).length === 0 ? seen : null;
      },
      timeoutMs,
      pollMs,
    );
  }

  /** Waits until the daemon has no route to the prefix. */
  async noRoute(prefix: string, timeoutMs = 4000): Promise<void> {
    await this.eventually(
      `${this.daemon.driver.title} drops ${prefix}`,
      async () =>
        (await this.daemon.received(familyOfPrefix(prefix))).every((route) => route.prefix !== prefix) ? true : null,
      timeoutMs,
    );
  }

  /** Waits until the kernel of the daemon's host has the prefix with this next hop; skipped where the daemon installs nothing. */
  async kernelRoute(prefix: string, nextHop: string): Promise<void> {
    let seen = "";
    await waitFor(
      () => `the kernel of ${this.daemon.driver.title}'s host has for ${prefix} not the next hop ${nextHop}: ${seen}`,
      async () => {
        const family = prefix.includes(":") ? "-6" : "-4";
        seen = (await this.sandbox.exec("peer", ["ip", family, "route", "show", "exact", prefix])).stdout.trim();
        return seen.includes(`via ${nextHop} `) ? true : null;
      },
      4000,
      pollMs,
    );
  }

  /** Asks until there is an answer. Throws with the sentence, which says what does not happen. */
  async eventually<T>(what: string, ask: () => Promise<T | null> | T | null, timeoutMs = 5000): Promise<T> {
    return waitFor(`it does not happen that ${what}`, ask, timeoutMs, pollMs);
  }

  /** Runs a command on vipcast's host. */
  async onNode(...argv: readonly string[]): Promise<string> {
    return (await this.sandbox.exec("node", argv)).stdout;
  }

  async ipOnNode(...commands: readonly string[]): Promise<void> {
    await batch(this.sandbox, "node", commands);
  }

  /** Whether vipcast's host has the address of a VIP. */
  async isBound(vip: string): Promise<boolean> {
    const text = await this.onNode("ip", "-o", "address", "show");
    return text.includes(` ${vip.split("/")[0]}/`);
  }

  /** Ends the capture; all BGP messages both sides sent so far, in order. */
  async wire(): Promise<Dissection> {
    this.#dissection ??= this.capture.dissect();
    return this.#dissection;
  }

  /** The messages vipcast's host sent. */
  async ours(): Promise<readonly WireMessage[]> {
    return (await this.wire()).messages.filter((message) => isOurs(message.from));
  }

  /** Fails unless each of our announcements of a prefix has just these IPv6 next hops (RFC 2545 §3: a global one, and a link-local one behind it). */
  async checkIpv6NextHops(prefix: string, expected: readonly string[]): Promise<void> {
    const about = (await this.ours()).filter((message) => announcedIn(message).includes(prefix));
    if (about.length === 0) throw new Error(`the wire has no announcement of ${prefix}`);
    for (const message of about) {
      const seen = ["ipv6", "ipv6.link_local"].flatMap((part) => valuesOf(message, `${nextHopField}.${part}`));
      if (seen.join() !== expected.join())
        throw new Error(
          `the wire has the next hops ${seen.join(", ") || "none"} for ${prefix}, not ${expected.join(", ")}`,
        );
    }
  }

  /** What every cell must show whatever its case: tshark has nothing against any message of ours. */
  async checkWire(heard: boolean): Promise<void> {
    const dissection = await this.wire();
    const complaints = complaintsAbout(dissection, ourAddresses);
    if (complaints.length > 0) throw new Error([...new Set(complaints)].join("; "));
    if (heard && !dissection.messages.some((message) => isOurs(message.from) && message.type === "open"))
      throw new Error("the capture has no OPEN from vipcast");
  }

  /** What everybody said, for the report of a failure. */
  async evidence(): Promise<string> {
    const wire = await this.wire().then(
      ({ messages }) =>
        messages
          .slice(-30)
          .map((message) => `${message.at.toFixed(6)} ${message.from} ${message.type} ${message.length}`),
      (error: Error) => [error.message],
    );
    const addresses = await this.onNode("ip", "-o", "address", "show").catch((error: Error) => error.message);
    return [
      ...this.#announcers.map((announcer) => `-- vipcast --\n${announcer.transcript()}`),
      `-- ${this.daemon.driver.title} --\n${this.daemon.log().slice(-15).join("\n")}`,
      `-- addresses --\n${addresses.trim()}`,
      `-- wire --\n${wire.join("\n")}`,
    ].join("\n");
  }
}

/** Addresses of vipcast's host that cases add for next hops. */
export const extraAddresses: readonly string[] = ["10.0.0.2", "fd00::2"];

const nextHopField = "bgp.update.path_attribute.mp_reach_nlri.next_hop";

const ourAddresses: ReadonlySet<string> = new Set([node.ipv4, node.ipv6, node.loopback, node.linkLocal]);

function isOurs(address: string): boolean {
  return ourAddresses.has(address);
}
