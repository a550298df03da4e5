import type { DesiredVip, IntentChange, LedgerEntry, Ports } from "@vipcast/announcer";
import { Announcer, defaultPolicy, nodeChecks } from "@vipcast/announcer";
import type { KernelAddress, OwnershipMark, Rtnetlink } from "@vipcast/linux";
import { IFA_F, isMarked, Ledger, ping } from "@vipcast/linux";
import type { Peer, PeerOptions } from "@vipcast/speaker";
import { Speaker } from "@vipcast/speaker";
import { FileDrains } from "../adapters/file-drains.ts";
import { emptyLedger, FileLedger } from "../adapters/file-ledger.ts";
import { HeldUnbinds } from "../adapters/held-unbinds.ts";
import { KernelAddresses } from "../adapters/kernel-addresses.ts";
import { PacketTraffic } from "../adapters/packet-traffic.ts";
import { type SessionFigures, SpeakerRoutes } from "../adapters/speaker-routes.ts";
import { type CheckTook, timedChecks } from "../adapters/timed-checks.ts";
import { kernelTransport } from "../adapters/transport.ts";
import type { Log } from "../output/log.ts";
import { quietRepeats } from "../output/quiet-repeats.ts";
import { type ListenSettings, listenText } from "../values/listen.ts";
import { allEstablished, initialRoutes, RestartEvidence } from "./restart.ts";
import type { AnnounceSettings, PeerSettings } from "./settings.ts";

/** The kernel as seen by one instance. `mark` is null when nothing is bound: then no address counts as ours. */
export interface Host {
  readonly kernel: Rtnetlink;
  readonly mark: OwnershipMark | null;
  readonly stateDir: string;
  /** The name that the user gave it, if any: it has files of its own in a state folder that others use as well. */
  readonly instance?: string | null;
}

/** What the command line and a configuration file both say. */
export type ServiceSettings = Pick<
  AnnounceSettings,
  "asn" | "peers" | "listen" | "drainMs" | "drainIdleMs" | "stopTimeoutMs" | "nodeCommunity"
>;

/** What an announcement is made of, all of it checked. */
export interface AnnouncementPlan {
  readonly settings: ServiceSettings;
  readonly vips: readonly DesiredVip[];
  /** Peers may be added and changed later: listeners are ready for every kind of them. Default false. */
  readonly changeable?: boolean;
  readonly keys: ReadonlyMap<string, string>;
  readonly routerId: string;
  readonly host: Host;
  readonly log: Log;
  /** What an earlier run of this boot left behind. */
  readonly left: readonly LedgerEntry[];
  /** Hears that the addresses of this host have been read, and what is wanted is being bound. */
  readonly onObserved?: () => void;
  /** Hears that peers know the first routes; those that keep routes of an earlier run are waited for until they would let go of them. */
  readonly onTold?: () => void;
  /** Hears of every health check that ends. */
  readonly onCheck?: (check: CheckTook) => void;
}

/** How {@link Announcement.stop} ended. */
export interface StopResult {
  /** Everything was withdrawn and unbound in time. */
  readonly complete: boolean;
  /** VIPs whose address may still be there. */
  readonly left: readonly string[];
}

/** The part of the stop timeout that is kept for closing the sessions. */
const sessionCloseMs = 2000;
const announcerStopMs = (stopTimeoutMs: number): number => Math.max(stopTimeoutMs / 2, stopTimeoutMs - sessionCloseMs);

/** A speaker, the kernel and an announcer, put together: the one place where they meet. */
export class Announcement {
  readonly announcer: Announcer;
  readonly #plan: AnnouncementPlan;
  readonly #speaker: Speaker;
  readonly #routes: SpeakerRoutes;
  readonly #listeners = new Map<string, AbortController>();
  #vips: readonly DesiredVip[];
  readonly #evidence: RestartEvidence;
  readonly #addresses: HeldUnbinds;
  #observed = false;
  #stopping: Promise<StopResult> | null = null;
  #taken: StopResult | null = null;
  #inherits: boolean;
  #told: () => void = () => undefined;
  /** Resolves when peers know the first routes. */
  readonly told: Promise<void> = new Promise((resolve) => {
    this.#told = resolve;
  });

  constructor(plan: AnnouncementPlan) {
    const { settings, routerId, host, log } = plan;
    this.#plan = plan;
    this.#vips = plan.vips;
    this.#inherits = plan.left.length > 0;
    const addresses = new KernelAddresses(host.kernel, host.mark);
    this.#addresses = new HeldUnbinds(addresses);
    if (plan.left.length === 0 || this.#restartMs === 0) this.#addresses.release();
    this.#evidence = new RestartEvidence({
      left: plan.left,
      host: () => addresses.read(),
      vips: () => this.announcer.vips(),
    });
    const ttlSecurity = plan.changeable === true || settings.peers.some((peer) => peer.ttlSecurity !== null);
    this.#speaker = new Speaker({
      asn: settings.asn,
      routerId,
      logger: quietRepeats(log),
      localAddresses: () => ownAddresses(this.#vips, host),
      restart: {
        restarted: this.#evidence.restarted,
        forwardingPreserved: this.#evidence.forwardingPreserved,
        awaitInitialRoutes: true,
      },
      ...kernelTransport({ ttlSecurity }),
    });
    this.#routes = new SpeakerRoutes(
      this.#speaker,
      (error, peer) => log.error({ peer, err: error }, error.message),
      settings.nodeCommunity,
    );
    this.#routes.watch(plan.vips);
    const { mark, stateDir, instance = null } = host;
    const ports: Ports = {
      addresses: this.#addresses,
      routes: this.#routes,
      ledger: mark === null ? emptyLedger : new FileLedger(new Ledger({ stateDir, mark })),
      health: plan.onCheck === undefined ? nodeChecks({ ping }) : timedChecks(nodeChecks({ ping }), plan.onCheck),
      drains: new FileDrains(stateDir, instance),
      traffic: new PacketTraffic(),
      logger: log,
    };
    const { drainMs, drainIdleMs, stopTimeoutMs, nodeCommunity } = settings;
    const policy = { drainMs, drainIdleMs, stopTimeoutMs: announcerStopMs(stopTimeoutMs), nodeCommunity };
    this.announcer = new Announcer({ ports, policy });
  }

  /** How many events may wait to be written: a few of each VIP and peer happen at once at the start and at the end. */
  get eventLimit(): number {
    const { settings } = this.#plan;
    return 1024 + this.#vips.length * (2 + 2 * settings.peers.length);
  }

  /** Opens the listeners. Rejects with the system's error; nothing else has begun then. */
  async listen(): Promise<void> {
    for (const address of this.#plan.settings.listen) await this.listenOn(address);
  }

  /** Opens one more listener. Rejects with the system's error. */
  async listenOn(address: ListenSettings): Promise<void> {
    const ending = new AbortController();
    await this.#speaker.listen({ ...address, signal: ending.signal });
    this.#listeners.set(listenText(address), ending);
  }

  /** Closes a listener; the sessions that came in there stay. */
  listenNoMore(address: ListenSettings): void {
    this.#listeners.get(listenText(address))?.abort();
    this.#listeners.delete(listenText(address));
  }

  /** Opens a session with one more peer. Throws what the speaker throws for options it cannot use. */
  addPeer(peer: PeerSettings, key: string | undefined): void {
    this.#routes.addPeer(peerOptions(peer, key), peer.keepReceived ?? 0);
  }

  /** The peers as the speaker has them. */
  get peers(): readonly Peer[] {
    return this.#routes.all;
  }

  /** Ends the session with Cease / Peer De-configured; resolves when its socket is closed. */
  removePeer(address: string): Promise<void> {
    return this.#routes.removePeer(address);
  }

  /** All virtual IPs that are wanted from now on; those that differ are bound, announced or taken away. */
  setVips(vips: readonly DesiredVip[], change: IntentChange): void {
    this.#vips = vips;
    this.#routes.watch(vips);
    this.announcer.apply(change);
  }

  /** Changes or takes away the TCP MD5 key of a peer while the session is up. */
  setKey(address: string, key: string | undefined): void {
    this.#routes.setPassword(address, key ?? null);
  }

  /** From now on a stop drains so long and takes at most so long. */
  setStopping({ drainMs, stopTimeoutMs }: Pick<ServiceSettings, "drainMs" | "stopTimeoutMs">): void {
    this.announcer.setPolicy({ drainMs, stopTimeoutMs: announcerStopMs(stopTimeoutMs) });
  }

  /** Opens the sessions and binds and announces the VIPs; resolves when the host was observed and that is under way. */
  start(): Promise<void> {
    const { settings, keys, vips } = this.#plan;
    const started = this.announcer.start();
    for (const peer of settings.peers) this.addPeer(peer, keys.get(peer.address));
    this.announcer.set(vips);
    // Whoever waits for the start hears of its failure.
    void started.then(
      () => {
        this.#observed = true;
        this.#plan.onObserved?.();
        return this.#awaitInitialRoutes();
      },
      () => undefined,
    );
    return started;
  }

  /**
   * Drains, withdraws, unbinds, then ends the sessions with Cease and the reason as text. Called again, what is left of the drain is skipped.
   */
  stop(reason: string): Promise<StopResult> {
    if (this.#stopping === null) this.#stopping = this.#stop(reason);
    else void this.announcer.close();
    return this.#stopping;
  }

  /**
   * Ends as one who is back in a moment (RFC 4724 §4.1): addresses stay bound, peers with graceful restart keep the routes, the others get Cease / Administrative
   * Reset. A stop that has begun goes on instead.
   */
  restart(reason: string): Promise<StopResult> {
    this.#stopping ??= this.#leave(reason);
    return this.#stopping;
  }

  /** The addresses of this host have been read, and what is wanted is being bound. */
  get observed(): boolean {
    return this.#observed;
  }

  /** What an earlier run has left is not in our hands yet: routes that peers keep of it, addresses that it bound. A stop now would leave them as they are. */
  get inherits(): boolean {
    return this.#inherits;
  }

  /** A stop was asked for. */
  get stopping(): boolean {
    return this.#stopping !== null;
  }

  /** What is known of each session. */
  sessions(): readonly SessionFigures[] {
    return this.#routes.sessions();
  }

  /** How taking the VIPs away ended, once it has: the sessions may still be closing. */
  get taken(): StopResult | null {
    return this.#taken;
  }

  /** End-of-RIB follows every VIP's first verdict (RFC 4724 §4.1). */
  async #awaitInitialRoutes(): Promise<void> {
    const restartMs = this.#restartMs;
    const endMs = performance.now() + restartMs;
    const known = await initialRoutes(this.announcer, restartMs);
    // Who leaves or stops has nothing to complete: a peer that keeps routes for the next run would let go of them.
    if (!known || this.#stopping !== null) return;
    this.#evidence.complete();
    this.#speaker.initialRoutesComplete();
    const keepers = this.#plan.settings.peers.filter(({ gracefulRestart }) => gracefulRestart !== null);
    await allEstablished(
      () => this.sessions().filter(({ snapshot }) => keepers.some(({ address }) => address === snapshot.address)),
      endMs,
    );
    this.#inherits = false;
    this.#told();
    this.#plan.onTold?.();
    // As long as after a withdrawal: routers behind the peer follow.
    setTimeout(() => this.#addresses.release(), defaultPolicy.withdrawWaitMs).unref();
  }

  /** How long the most patient peer keeps the routes of an earlier run, milliseconds. */
  get #restartMs(): number {
    return 1000 * Math.max(0, ...this.#plan.settings.peers.map(({ gracefulRestart }) => gracefulRestart ?? 0));
  }

  async #leave(reason: string): Promise<StopResult> {
    const result = await this.announcer.leave();
    this.#taken = { ...result, left: [] };
    await this.#speaker.close({ reason, mode: "restart" });
    return this.#taken;
  }

  async #stop(reason: string): Promise<StopResult> {
    this.#addresses.release();
    this.#taken = await this.announcer.close();
    await this.#speaker.close({ reason });
    return this.#taken;
  }
}

/**
 * What can be a next hop: neither a virtual IP nor a leftover of ours, both of which routers would look for at themselves. Asked of the
 * kernel, because Node leaves out an interface for up to a second after its link came up.
 */
function ownAddresses(vips: readonly DesiredVip[], { kernel, mark }: Host): KernelAddress[] {
  const virtual = new Set(vips.map(({ address }) => address));
  return kernel
    .addresses()
    .filter((found) => (found.flags & IFA_F.tentative) === 0)
    .filter((found) => !virtual.has(found.address) && !(mark !== null && isMarked(found, mark)));
}

function peerOptions(peer: PeerSettings, password: string | undefined): PeerOptions {
  const { address, asn, port, passive, families, timers } = peer;
  return {
    address,
    asn,
    port,
    passive,
    families,
    holdTime: timers.holdTime,
    // Without a hold time no KEEPALIVEs are sent, and there is nothing to choose (RFC 4271 §4.4).
    ...(timers.holdTime === 0 ? {} : { keepalive: Math.max(1, timers.keepalive) }),
    connectRetry: timers.connectRetry,
    ...(password === undefined ? {} : { password }),
    ...(peer.addPath === null ? {} : { addPath: peer.addPath }),
    ...(peer.gracefulRestart === null ? {} : { gracefulRestart: peer.gracefulRestart }),
    ...(peer.advertisementInterval === null ? {} : { advertisementInterval: peer.advertisementInterval }),
    ...(peer.ttlSecurity === null ? {} : { ttlSecurity: peer.ttlSecurity }),
    ...(peer.multihop === null ? {} : { multihop: peer.multihop }),
    ...(peer.interface === null ? {} : { interface: peer.interface }),
    ...(peer.source === null ? {} : { source: peer.source }),
    ...(peer.description === null ? {} : { description: peer.description }),
  };
}
