import { formatBitRate, isWeight, MAX_WEIGHT, MIN_WEIGHT } from "../ecmp/bit-rate.ts";
import { BEST_PREFERENCE, PREFERENCE_STEP, STANDBY_PREFERENCE, stepsBelowBest } from "../ecmp/preference.ts";
import { type ParsedCheck, parseCheck } from "../health/parse-check.ts";
import { fullLength, parseAddress, parsePrefix, type SpecialUse, specialUse, specialUseWithin } from "./address.ts";
import { compareLargeCommunities, type Parsed, parseCommunity, parseLargeCommunity } from "./communities.ts";
import type { DesiredVip, Refusal, RefusalRule, VipInput } from "./desired-vip.ts";

/** Most copies of our AS that a VIP may add; a drain adds more, so that it is always worse. */
export const MAX_PREPEND = 16;

/** LOCAL_PREF towards internal peers where a VIP says nothing (RFC 4271 §5.1.5 leaves it to local policy). */
export const DEFAULT_LOCAL_PREF = 100;

const DAY_MS = 86_400_000;

/** One VIP, or every rule it breaks (never empty). */
export type ParsedVip =
  | { readonly ok: true; readonly vip: DesiredVip }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** What {@link parseVips} makes of a list: the good ones, and every refusal of the others. */
export interface ParsedVips {
  readonly vips: readonly DesiredVip[];
  readonly refusals: readonly Refusal[];
}

const SPECIAL_WORDS: Record<SpecialUse, string> = {
  unspecified: "is in the unspecified range (0.0.0.0/8 or ::), which means no address at all",
  loopback: "is a loopback address, which never leaves a host",
  "link-local": "is link-local, which no router forwards",
  multicast: "is multicast, which is not an address of a host",
  broadcast: "is the broadcast address",
  reserved: "is reserved for future use (240.0.0.0/4)",
  "ipv4-mapped": "is an IPv4 address in IPv6 clothing (::ffff:0:0/96)",
  "ipv4-compatible": "is in ::/96, a deprecated way to write IPv4 addresses as IPv6 (RFC 4291 §2.5.5.1)",
};

const SPECIAL_REMEDY: Record<SpecialUse, string> = {
  unspecified: "write the address that clients connect to",
  loopback: "write an address that routers can carry, such as 192.0.2.10/32 or 2001:db8::10/128",
  "link-local": "write a routed address such as 192.0.2.10/32 or 2001:db8::10/128",
  multicast: "write a unicast address such as 192.0.2.10/32 or 2001:db8::10/128",
  broadcast: "write a unicast address such as 192.0.2.10/32",
  reserved: "write a unicast address below 224.0.0.0",
  "ipv4-mapped": "write it as IPv4",
  "ipv4-compatible": "write it as IPv4, or a routed address such as 2001:db8::10/128",
};

function prefixRefusal(text: string, input: VipInput): { rule: RefusalRule; message: string } | null {
  const parsed = parsePrefix(text);
  if (parsed === null)
    return {
      rule: "syntax",
      message: `"${text}" is not an IP address or prefix: write an address such as 192.0.2.10 or 2001:db8::10, with /32 or /128 if you like`,
    };
  const { address, prefixLength, family, network } = parsed;
  const full = fullLength(family);
  const shown = `${address}/${prefixLength}`;
  if (prefixLength === 0)
    return {
      rule: "default-route",
      message: `${shown} is a default route, which vipcast never announces: write the /${full} that clients connect to`,
    };
  if (network !== address)
    return {
      rule: "host-bits",
      message: `${shown} has bits set beyond its length: write ${address}/${full} for the one address, or ${network}/${prefixLength} for the aggregate`,
    };
  if (prefixLength === full) {
    const use = specialUse(address);
    return use === null ? null : { rule: use, message: `${shown} ${SPECIAL_WORDS[use]}: ${SPECIAL_REMEDY[use]}` };
  }
  const use = specialUseWithin(network, prefixLength);
  if (use !== null)
    return {
      rule: use,
      message: `${shown} covers addresses that no one may announce (${use}): write a longer prefix without them, or single /${full} addresses`,
    };
  if (input.allowAggregates !== true)
    return {
      rule: "aggregate",
      message: `${shown} is an aggregate and would draw traffic for every address in it: write the single /${full} addresses, or set allowAggregates: true for this VIP, in a configuration file or in the library`,
    };
  return null;
}

function checkInteger(name: string, value: number | undefined, max: number): string | null {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return null;
  return `${name} is ${value}: write a whole number 0..${max}`;
}

function parseAll<T>(
  texts: readonly string[] | undefined,
  parse: (text: string) => Parsed<T>,
  problems: string[],
): T[] {
  const values = new Set<T>();
  for (const text of texts ?? []) {
    const parsed = parse(text);
    if (parsed.ok) values.add(parsed.value);
    else problems.push(parsed.message);
  }
  return [...values];
}

function optionProblems(input: VipInput): string[] {
  const problems: string[] = [];
  const checks = [
    checkInteger("med", input.med, 4294967295),
    checkInteger("localPref", input.localPref, 4294967295),
    checkInteger("prepend", input.prepend, MAX_PREPEND),
    checkInteger("drainMs", input.drainMs, DAY_MS),
  ];
  for (const problem of checks) if (problem !== null) problems.push(problem);
  if (input.interface !== undefined && !/^[^\s/:]{1,15}$/.test(input.interface))
    problems.push(
      `interface is "${input.interface}": write the name of an interface, 1..15 characters without space, slash or colon`,
    );
  if (input.assumeBound === true && input.bind !== false)
    problems.push("assumeBound contradicts bind: set bind to false when something else answers for the address");
  if (input.adopt === true && input.bind === false)
    problems.push(
      "adopt contradicts bind being false: leave adopt out, an address that is not bound by vipcast is never deleted by it",
    );
  if (input.whenUnhealthy !== undefined && !["keep-bound", "unbind"].includes(input.whenUnhealthy))
    problems.push(`whenUnhealthy is "${input.whenUnhealthy}": write keep-bound or unbind`);
  if (input.whenUnhealthy === "unbind" && (input.bind === false || input.adopt === true))
    problems.push("whenUnhealthy is unbind, and vipcast removes no address that it did not add: write keep-bound");
  const { maintenanceFile } = input;
  if (maintenanceFile !== undefined && !/^\/[^\0]*[^/\0]$/.test(maintenanceFile))
    problems.push(
      `maintenanceFile is "${maintenanceFile}": write the absolute path of a file, such as /run/vipcast/maintenance`,
    );
  return [...problems, ...ecmpProblems(input)];
}

function ecmpOf({ ecmp }: VipInput): { preference: number; failbackMs: number } {
  if (ecmp === undefined || ecmp === "all-active") return { preference: BEST_PREFERENCE, failbackMs: 0 };
  const { role, preference, failbackMs = 0 } = ecmp;
  return { preference: preference ?? (role === "standby" ? STANDBY_PREFERENCE : BEST_PREFERENCE), failbackMs };
}

function ecmpProblems(input: VipInput): string[] {
  const { ecmp, weight } = input;
  const problems: string[] = [];
  if (weight !== undefined && !isWeight(weight))
    problems.push(
      `weight is ${weight}: write bits per second, ${MIN_WEIGHT}..${MAX_WEIGHT} (${formatBitRate(MIN_WEIGHT)}..${formatBitRate(MAX_WEIGHT)})`,
    );
  if (ecmp === undefined || ecmp === "all-active") return problems;
  if (typeof ecmp !== "object" || ecmp === null)
    return [...problems, `ecmp is ${JSON.stringify(ecmp)}: write all-active, or an object such as { role: standby }`];
  const { role } = ecmp;
  if (role !== undefined && role !== "active" && role !== "standby")
    problems.push(`ecmp.role is ${JSON.stringify(role)}: write active or standby`);
  if (role !== undefined && ecmp.preference !== undefined)
    problems.push(`ecmp has role ${role} and preference ${ecmp.preference}: keep one of them, standby is preference 0`);
  const wrong = [
    checkInteger("ecmp.preference", ecmp.preference, BEST_PREFERENCE),
    checkInteger("ecmp.failbackMs", ecmp.failbackMs, DAY_MS),
  ].filter((problem) => problem !== null);
  if (wrong.length > 0) return [...problems, ...wrong];
  const { preference, failbackMs } = ecmpOf(input);
  if (failbackMs > 0 && preference === STANDBY_PREFERENCE)
    problems.push(`ecmp.failbackMs is ${failbackMs} for a standby, which has no place to come back to: leave it out`);
  const steps = stepsBelowBest(failbackMs > 0 ? STANDBY_PREFERENCE : preference);
  return [...problems, ...roomProblems(input, steps)];
}

/** A preference is told by differences, for which the attributes must have room: a drain has to stay worse than every preference. */
function roomProblems({ prepend = 0, med = 0, localPref = DEFAULT_LOCAL_PREF }: VipInput, steps: number): string[] {
  const problems: string[] = [];
  const room = (name: string, value: number, min: number, max: number): void => {
    if (steps > 0 && (value < min || value > max))
      problems.push(
        `${name} is ${value} beside a preference below ${BEST_PREFERENCE}, which changes it by up to ${steps} steps: write ${min}..${max}`,
      );
  };
  room("prepend", prepend, 0, MAX_PREPEND - steps * PREFERENCE_STEP.prepend);
  room("med", med, 0, 4294967294 - steps * PREFERENCE_STEP.med);
  room("localPref", localPref, 1 + steps * PREFERENCE_STEP.localPref, 4294967295);
  return problems;
}

/** Parses the next hop; `undefined` when the text is neither `self` nor a usable address. */
function parseNextHop(text: string | undefined): string | undefined {
  if (text === undefined || text === "self") return "self";
  const address = parseAddress(text);
  return address === null || specialUse(address) !== null ? undefined : address;
}

/** Validates one VIP by itself; rules about the host and its peers are `guardVip`'s. */
export function parseVip(input: VipInput): ParsedVip {
  const text = input.prefix.trim();
  const parsed = parsePrefix(text);
  const name = parsed === null ? text : `${parsed.address}/${parsed.prefixLength}`;
  const refusals: Refusal[] = [];
  const refused = prefixRefusal(text, input);
  if (refused !== null) refusals.push({ vip: name, ...refused });

  const problems = optionProblems(input);
  const communities = parseAll(input.communities, parseCommunity, problems);
  const largeCommunities = parseAll(input.largeCommunities, parseLargeCommunity, problems);
  const nextHop = parseNextHop(input.nextHop);
  if (nextHop === undefined)
    problems.push(`nextHop is "${input.nextHop}": write self, or a unicast address of this host or of a gateway`);
  const check: ParsedCheck | null = input.check === undefined ? null : parseCheck(input.check, parsed?.address);
  if (check?.ok === false) problems.push(...check.problems);
  for (const problem of problems) refusals.push({ vip: name, rule: "option", message: problem });
  if (nextHop !== undefined && nextHop === parsed?.address)
    refusals.push({
      vip: name,
      rule: "next-hop",
      message: `${name} cannot be its own next hop: write self, or another address`,
    });

  if (refusals.length > 0 || parsed === null || nextHop === undefined || check?.ok === false)
    return { ok: false, refusals };
  return {
    ok: true,
    vip: {
      prefix: name,
      address: parsed.address,
      prefixLength: parsed.prefixLength,
      family: parsed.family,
      interface: input.interface ?? "lo",
      bind: input.bind ?? true,
      assumeBound: input.assumeBound ?? false,
      adopt: input.adopt ?? false,
      allowOnLink: input.allowOnLink ?? false,
      allowAggregates: input.allowAggregates ?? false,
      nextHop,
      med: input.med ?? null,
      localPref: input.localPref ?? null,
      prepend: input.prepend ?? 0,
      communities: communities.sort((a, b) => a - b),
      largeCommunities: largeCommunities.sort(compareLargeCommunities),
      ...ecmpOf(input),
      weight: input.weight ?? null,
      drainMs: input.drainMs ?? null,
      check: check?.check ?? null,
      whenUnhealthy: input.whenUnhealthy ?? "keep-bound",
      lastNodeGuard: input.lastNodeGuard ?? false,
      maintenanceFile: input.maintenanceFile ?? null,
    },
  };
}

/** Validates a list. A VIP named twice is refused once, and its first mention stands. */
export function parseVips(inputs: readonly VipInput[]): ParsedVips {
  const vips = new Map<string, DesiredVip>();
  const refusals: Refusal[] = [];
  for (const input of inputs) {
    const parsed = parseVip(input);
    if (!parsed.ok) refusals.push(...parsed.refusals);
    else if (vips.has(parsed.vip.prefix))
      refusals.push({
        vip: parsed.vip.prefix,
        rule: "duplicate",
        message: `${parsed.vip.prefix} is listed twice: keep one of them`,
      });
    else vips.set(parsed.vip.prefix, parsed.vip);
  }
  return { vips: [...vips.values()], refusals };
}
