import type { DesiredVip, HostState, LedgerEntry, Refusal, VipInput } from "@vipcast/announcer";
import { checkVips, parseVips } from "@vipcast/announcer";
import { LinuxError, ownershipMark, Rtnetlink } from "@vipcast/linux";
import { KernelAddresses } from "../adapters/kernel-addresses.ts";
import type { RawArguments } from "../arguments/option.ts";
import type { Problem } from "../arguments/problem.ts";
import type { Host } from "./announcement.ts";
import { crossProblems } from "./cross-checks.ts";
import { hostProblems } from "./host-checks.ts";
import { instanceName } from "./instance.ts";
import type { PeerPasswords } from "./passwords.ts";
import { readPasswords } from "./passwords.ts";
import { leftBehind, recorded } from "./recorded.ts";
import type { AnnounceSettings } from "./settings.ts";
import { readSettings } from "./settings.ts";
import { defaultStateDir } from "./state-dir.ts";

/** Everything that is known before anything is touched. Usable only when there is no problem, no refusal and no fault. */
export interface Preflight {
  readonly settings: AnnounceSettings;
  readonly vips: readonly DesiredVip[];
  readonly passwords: PeerPasswords;
  readonly host: Host;
  readonly observed: HostState;
  readonly problems: readonly Problem[];
  readonly refusals: readonly Refusal[];
  /** What an earlier run of this boot did not take away. */
  readonly left: readonly LedgerEntry[];
  /** Why the host could not be looked at; null when it was. */
  readonly fault: string | null;
}

/** Checks a command line against itself, the files it names and the host as it is. Changes nothing but the environment, which loses the key. */
export async function preflight(raw: RawArguments, environment: NodeJS.ProcessEnv): Promise<Preflight> {
  const { settings, problems } = readSettings(raw);
  const passwords = readPasswords(settings.peers, environment);
  const { vips, refusals } = parseVips(settings.prefixes.map((prefix) => vipInput(prefix, settings)));
  const stateDir = settings.stateDir ?? defaultStateDir(process.getuid?.() ?? 0, environment);
  const host = {
    kernel: new Rtnetlink(),
    mark: settings.bind ? ownershipMark(settings.instance ?? instanceName(stateDir)) : null,
    instance: settings.instance,
    stateDir,
  };
  const { observed, fault } = observe(host);
  const peers = settings.peers.map(({ address }) => address);
  const hostThings = fault === null ? hostProblems(settings, vips, observed) : [];
  const ledger = await recorded(host);
  const refusedHere = fault === null ? checkVips(vips, { host: observed, ledger, peers }) : [];
  return {
    settings,
    vips,
    passwords,
    host,
    observed,
    left: leftBehind(ledger, observed),
    problems: [...problems, ...passwords.problems, ...crossProblems(settings, vips), ...hostThings],
    refusals: [...refusals, ...refusedHere],
    fault,
  };
}

function observe({ kernel, mark }: Host): { readonly observed: HostState; readonly fault: string | null } {
  try {
    return { observed: new KernelAddresses(kernel, mark).read(), fault: null };
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    return { observed: { addresses: [], links: [] }, fault: error.message };
  }
}

function vipInput(prefix: string, settings: AnnounceSettings): VipInput {
  const nextHop = settings.nextHops[prefix.includes(":") ? 6 : 4];
  return {
    prefix,
    interface: settings.interface,
    bind: settings.bind,
    // Whoever says --no-bind vouches for the address: DNAT, IPVS or another namespace may answer for it.
    assumeBound: !settings.bind,
    adopt: settings.adopt && settings.bind,
    allowOnLink: settings.allowOnLink,
    prepend: settings.prepend,
    communities: settings.communities,
    largeCommunities: settings.largeCommunities,
    ...(nextHop === null ? {} : { nextHop }),
    ...(settings.med === null ? {} : { med: settings.med }),
    ecmp: settings.ecmp,
    ...settings.health,
    ...(settings.weight === null ? {} : { weight: settings.weight }),
    ...(settings.localPref === null ? {} : { localPref: settings.localPref }),
  };
}
