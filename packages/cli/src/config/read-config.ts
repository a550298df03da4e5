import {
  type CheckInput,
  type DesiredVip,
  type EcmpInput,
  parseVip,
  TIMER_PROFILES,
  type Timers,
  type VipInput,
} from "@vipcast/announcer";
import { weightIntervalMs } from "../announce/ecmp.ts";
import { overriddenTimers } from "../announce/timers.ts";
import type { WeightFrom } from "../announce/watch-weight.ts";
import { parseAddress } from "../values/address.ts";
import { listenConflict, listenText } from "../values/listen.ts";
import { durationText } from "../values/numbers.ts";
import { checkInput } from "./check-input.ts";
import type { ConfigPath } from "./document.ts";
import { optionPlace } from "./option-place.ts";
import { boundedProblems, type ConfigProblem, pathText } from "./problem.ts";
import { problemsOf } from "./problems-of.ts";
import type { ControlInput } from "./schema/control.ts";
import { metricsListen } from "./schema/metrics.ts";
import type { PeerInput } from "./schema/peer.ts";
import { type ConfigInput, configSchema } from "./schema/root.ts";
import type { TimersInput } from "./schema/timers.ts";
import { type VipEntryInput, vipSchema } from "./schema/vip.ts";
import type { ConfigSettings, ConfiguredPeer, ControlSettings } from "./settings.ts";
import { type ConfigSources, readSources } from "./sources.ts";

/** A configuration that can be used, or everything that is wrong with it. */
export interface ReadConfig {
  /** Null when there is any problem. */
  readonly settings: ConfigSettings | null;
  readonly problems: readonly ConfigProblem[];
  /** Every file that was looked at. */
  readonly files: readonly string[];
  /** For problems that are found later. */
  readonly sources: ConfigSources;
}

/** Reads and checks a configuration file and what lies in `conf.d` beside it, without looking at the host. Never throws. */
export function readConfig(file: string): ReadConfig {
  const { sources, problems } = readSources(file);
  const { files } = sources;
  // With a file missing everything that follows would be guessed.
  if (problems.length > 0) return { settings: null, problems: boundedProblems(problems), files, sources };
  const builder = new SettingsBuilder(sources);
  const parsed = configSchema.safeParse(sources.value);
  if (!parsed.success) {
    builder.checkVips(sources.value.vips);
    const found = [...problemsOf(configSchema, parsed.error.issues, sources), ...builder.problems];
    return { settings: null, problems: sorted(found), files, sources };
  }
  const settings = builder.build(parsed.data);
  const found = sorted(builder.problems);
  return { settings: found.length > 0 ? null : settings, problems: found, files, sources };
}

/** A virtual IP as the schema gave it, `path` being where it stands in the sources; null with any problem. */
export function buildVip(
  input: VipEntryInput,
  sources: ConfigSources,
  path: ConfigPath,
): {
  readonly vip: DesiredVip | null;
  /** What gives its weight, if anything does. */
  readonly weightFrom: WeightFrom | null;
  readonly problems: readonly ConfigProblem[];
} {
  const builder = new SettingsBuilder(sources);
  const [vip = null] = builder.vip(input, path);
  const weightFrom = vip === null ? null : (builder.weights.get(vip.prefix) ?? null);
  return { vip: builder.problems.length > 0 ? null : vip, weightFrom, problems: builder.problems };
}

function sorted(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return boundedProblems(
    problems.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column),
  );
}

const defaultTimers: Timers = TIMER_PROFILES.datacenter;
const families = {
  ipv4: "ipv4-unicast",
  ipv6: "ipv6-unicast",
  "ipv4-unicast": "ipv4-unicast",
  "ipv6-unicast": "ipv6-unicast",
} as const;

function ecmpInput(ecmp: NonNullable<VipEntryInput["ecmp"]>): NonNullable<VipInput["ecmp"]> {
  if (typeof ecmp === "string") return ecmp;
  const { failback, ...rest } = ecmp;
  return { ...rest, ...(failback === undefined ? {} : { failbackMs: failback }) } as EcmpInput;
}

/** Turns what was written into settings, and finds what contradicts itself between one key and another. */
class SettingsBuilder {
  readonly problems: ConfigProblem[] = [];
  readonly #sources: ConfigSources;
  readonly weights = new Map<string, WeightFrom>();

  constructor(sources: ConfigSources) {
    this.#sources = sources;
  }

  build(input: ConfigInput): ConfigSettings {
    const { listen = [], vips = [], peers } = input;
    const timers = this.#timers(defaultTimers, input.timers, ["timers"]);
    const drainMs = input.drain ?? 0;
    const settings: ConfigSettings = {
      asn: input.asn,
      routerId: input.routerId ?? null,
      peers: peers.map((peer, index) => this.#peer(peer, timers, ["peers", index])),
      listen,
      vips: vips.flatMap((vip, index) => this.vip(vip, ["vips", index])),
      weights: this.weights,
      stateDir: input.stateDir ?? null,
      instance: input.instance ?? null,
      drainMs,
      drainIdleMs: input.drainIdle ?? null,
      stopTimeoutMs: input.stopTimeout ?? drainMs + 10_000,
      nodeCommunity: input.nodeCommunity === undefined ? "auto" : input.nodeCommunity,
      metrics: input.metrics === undefined ? null : (input.metrics.listen ?? metricsListen),
      logLevel: input.logLevel ?? "info",
      control: this.#control(input.control ?? {}),
    };
    this.#checkTwins(settings);
    this.#checkListen(settings);
    this.#checkRouterId(settings);
    this.#checkStop(settings, input);
    return settings;
  }

  /** Where the configuration as a whole has no form: what is wrong with those virtual IPs that have one. */
  checkVips(written: unknown): void {
    if (!Array.isArray(written)) return;
    for (const [index, one] of written.entries()) {
      const parsed = vipSchema.safeParse(one);
      if (parsed.success) this.vip(parsed.data, ["vips", index]);
    }
  }

  #report(path: ConfigPath, value: string | null, rule: string, remedy: string): void {
    this.problems.push({ ...this.#sources.locate(path), path: pathText(path), value, rule, remedy });
  }

  #timers(base: Timers, input: TimersInput | undefined, path: ConfigPath): Timers {
    if (input === undefined) return base;
    if (typeof input === "string") return TIMER_PROFILES[input];
    const { profile, holdTime = null, keepalive = null, connectRetry = null } = input;
    const start = profile === undefined ? base : TIMER_PROFILES[profile];
    const { timers, problem } = overriddenTimers(start, { holdTime, keepalive, connectRetry });
    if (problem !== null) this.#report([...path, "keepalive"], String(timers.keepalive), problem.rule, problem.remedy);
    return timers;
  }

  #peer(input: PeerInput, base: Timers, path: ConfigPath): ConfiguredPeer {
    const address = parseAddress(input.address);
    const source = input.source === undefined ? null : parseAddress(input.source);
    const version = address?.version ?? 4;
    if (source !== null && source.version !== version) {
      const rule = `the source must be an IPv${version} address like the peer's`;
      this.#report([...path, "source"], input.source ?? null, rule, "write one, or leave source out");
    }
    if (input.ttlSecurity !== undefined && input.multihop !== undefined)
      this.#report([...path, "multihop"], String(input.multihop), "excludes ttlSecurity", "keep one of them");
    if (input.passwordFile !== undefined && input.password !== undefined)
      this.#report([...path, "password"], null, "excludes passwordFile", "keep one of them");
    const named = (input.families ?? []).map((name) => families[name]);
    return {
      address: input.address,
      version,
      asn: input.asn,
      port: input.port ?? 179,
      passive: input.passive ?? false,
      passwordFile: input.passwordFile ?? null,
      passwordVariable: input.password ?? null,
      ttlSecurity: input.ttlSecurity ?? null,
      multihop: input.multihop ?? null,
      source: input.source ?? null,
      interface: input.interface ?? null,
      families: named.length === 0 ? ["ipv4-unicast", "ipv6-unicast"] : [...new Set(named)],
      addPath: input.addPath ?? null,
      gracefulRestart: input.gracefulRestart || null,
      advertisementInterval: input.advertisementInterval || null,
      description: input.description ?? null,
      keepReceived: input.keepReceived ?? 0,
      timers: this.#timers(base, input.timers, [...path, "timers"]),
    };
  }

  vip(input: VipEntryInput, path: ConfigPath): ConfigSettings["vips"] {
    const { drain, ecmp, check: written, weightFrom, weightInterval, ...rest } = input;
    const bare = {
      ...rest,
      ...(drain === undefined ? {} : { drainMs: drain }),
      ...(ecmp === undefined ? {} : { ecmp: ecmpInput(ecmp) }),
    } as VipInput;
    // Whoever says `bind: false` vouches for the address: DNAT, IPVS or another namespace may answer for it.
    const vip: VipInput = bare.bind === false ? { ...bare, assumeBound: true } : bare;
    const check = this.#check(written, vip, path);
    const parsed = parseVip(check === null ? vip : { ...vip, check });
    this.#checkWeight(input, path);
    if (parsed.ok && weightFrom !== undefined)
      this.weights.set(parsed.vip.prefix, { source: weightFrom, intervalMs: weightInterval ?? weightIntervalMs });
    if (parsed.ok) return [parsed.vip];
    for (const { rule: name, message } of parsed.refusals) {
      const [text = message, ...remedy] = message.split(/: (?=write|leave|set|keep)/);
      const { key, rule } = name === "option" ? optionPlace(text) : { key: ["prefix"], rule: text };
      this.#report([...path, ...key], null, rule, remedy.join(": ") || "correct it");
    }
    return [];
  }

  #checkWeight({ weight, weightFrom, weightInterval }: VipEntryInput, path: ConfigPath): void {
    if (weightFrom !== undefined && weight === undefined) {
      const rule = "needs a weight for as long as there is no answer, so that no node is ever without one";
      this.#report([...path, "weightFrom"], weightFrom.name, rule, "add for example weight: 10G");
    }
    if (weightInterval !== undefined && weightFrom === undefined) {
      const rule = "says how often the weight is asked for, and nothing is asked";
      this.#report([...path, "weightInterval"], durationText(weightInterval), rule, "add weightFrom, or leave it out");
    }
  }

  #check(written: VipEntryInput["check"], vip: VipInput, path: ConfigPath): CheckInput | null {
    if (written === undefined) return null;
    const parsed = parseVip({ prefix: vip.prefix, allowAggregates: true });
    // Any address will do for {vip} where the prefix is none: it is only seen whether one can stand there.
    const address = parsed.ok ? parsed.vip.address : "192.0.2.1";
    return checkInput(written, [...path, "check"], address, (where, rule, remedy) =>
      this.#report(where, null, rule, remedy),
    );
  }

  #control(input: ControlInput): ControlSettings {
    const { listen = null, tls, tokenFile = null } = input;
    const clientCaFile = tls?.clientCaFile ?? null;
    const report = (key: string, rule: string, remedy: string): void =>
      this.#report(["control", key], key === "listen" && listen !== null ? listenText(listen) : null, rule, remedy);
    if (listen !== null && tokenFile === null && clientCaFile === null) {
      const rule = "would let everybody in who can reach it";
      report("listen", rule, "add tls with clientCaFile, or tokenFile, or leave listen out");
    } else if (listen !== null && tls === undefined && parseAddress(listen.host)?.range !== "loopback")
      report("listen", "would send the token in clear text", "add tls, or listen on 127.0.0.1 or [::1]");
    if (listen === null)
      for (const key of ["tls", "tokenFile", "names"] as const)
        if (input[key] !== undefined) report(key, "counts for the TCP listener alone", "add listen, or leave it out");
    return {
      socket: input.socket ?? null,
      group: input.group ?? null,
      listen,
      names: input.names ?? [],
      tokenFile,
      tls: tls === undefined ? null : { ...tls, clientCaFile },
    };
  }

  #checkTwins({ peers, vips }: ConfigSettings): void {
    const twin = (path: ConfigPath, seen: Set<string>, key: string): void => {
      if (seen.has(key)) this.#report(path, key, "is given more than once", "keep one of them");
      seen.add(key);
    };
    const addresses = new Set<string>();
    for (const [index, { address }] of peers.entries()) twin(["peers", index, "address"], addresses, address);
    const prefixes = new Set<string>();
    for (const [index, { prefix }] of vips.entries()) twin(["vips", index, "prefix"], prefixes, prefix);
  }

  #checkListen({ listen, peers }: ConfigSettings): void {
    for (const index of listen.keys()) {
      const conflict = listenConflict(listen, index);
      if (conflict === null) continue;
      const rule = conflict.same ? "is given more than once" : `and ${listenText(conflict.other)} take in each other`;
      this.#report(["listen", index], null, rule, "keep one of them");
    }
    const passive = peers.findIndex((peer) => peer.passive);
    if (passive >= 0 && listen.length === 0) {
      const rule = "a passive peer connects to us, and nothing listens";
      this.#report(["peers", passive, "passive"], "true", rule, 'add listen: ["0.0.0.0"] or listen: ["[::]"]');
    }
  }

  #checkRouterId({ routerId, vips, peers }: ConfigSettings): void {
    if (routerId === null) return;
    const remedy = "write an address that this host alone has, or auto";
    // Every node would have the same identifier, and routers refuse a second one in an AS (RFC 6286 §2.1).
    if (vips.some(({ address }) => address === routerId))
      this.#report(["routerId"], routerId, "is a virtual IP, which every node has", remedy);
    if (peers.some(({ address }) => address === routerId))
      this.#report(["routerId"], routerId, "is the address of a peer", remedy);
  }

  #checkStop({ drainMs, stopTimeoutMs, vips }: ConfigSettings, input: ConfigInput): void {
    const longest = Math.max(drainMs, ...vips.map((vip) => vip.drainMs ?? 0));
    if (longest <= stopTimeoutMs) return;
    this.#report(
      input.stopTimeout === undefined ? ["drain"] : ["stopTimeout"],
      durationText(stopTimeoutMs),
      `a drain of ${durationText(longest)} is longer than the stop may take, and would be cut short`,
      `write stopTimeout: ${durationText(longest + 10_000)}, or a shorter drain`,
    );
  }
}
