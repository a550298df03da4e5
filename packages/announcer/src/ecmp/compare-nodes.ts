import type { DesiredVip } from "../intent/desired-vip.ts";
import type { RouteAttributes } from "../ports.ts";
import { attributesFor, normalForm } from "./attributes.ts";
import { formatBitRate } from "./bit-rate.ts";
import { fingerprint } from "./fingerprint.ts";
import { BEST_PREFERENCE, STANDBY_PREFERENCE } from "./preference.ts";

/** A node as {@link compareNodes} sees it: what it announces, and to whom. */
export interface ComparedNode {
  /** What it is called in the sentences: a host or a file. */
  readonly name: string;
  /** Its AS, 1..4294967295. */
  readonly asn: number;
  /** Its peers. One with the node's own AS is internal. */
  readonly peers: readonly { readonly asn: number }[];
  /** As `parseVip` makes them, each prefix once. */
  readonly vips: readonly DesiredVip[];
}

/** What two or more nodes do not have in common. */
export interface NodeDifference {
  /** `warning`: routers will not do what `all-active` promises. `note`: declared, or in order as soon as the router is set for it. */
  readonly level: "warning" | "note";
  /**
   * `missing`: a VIP that not every node announces. `best-path`: attributes that routers compare. `preference`: a declared one. `weight`: some have one.
   * `session`: internal peers of one AS beside external ones. `asn`: an AS per node.
   */
  readonly kind: "missing" | "best-path" | "preference" | "weight" | "session" | "asn";
  /** The prefix; null: it concerns every VIP that the nodes share. */
  readonly vip: string | null;
  /** The names of the nodes that were compared. */
  readonly nodes: readonly string[];
  /** One sentence without its full stop: who differs in what, what routers will do, what to write instead. */
  readonly message: string;
}

/** One node's route of one VIP towards one kind of peer. */
interface Route {
  readonly node: ComparedNode;
  readonly vip: DesiredVip;
  readonly attributes: RouteAttributes;
  /** The same without what the declared preference adds. */
  readonly written: RouteAttributes;
}

/** Nodes whose routes meet in one decision. */
interface Meeting {
  readonly internal: boolean;
  readonly where: string;
  readonly nodes: ReadonlySet<ComparedNode>;
}

/** What decides, in its order (RFC 4271 §9.1.1 and §9.1.2.2 a, c), as the intent calls it and as it is shown. */
const INPUTS: readonly {
  readonly key: "localPref" | "prepend" | "med";
  readonly name: string;
  readonly show: (attributes: RouteAttributes) => string;
}[] = [
  { key: "localPref", name: "LOCAL_PREF", show: ({ localPref }) => text(localPref) },
  { key: "prepend", name: "AS_PATH length", show: ({ prepend = 0 }) => String(prepend + 1) },
  { key: "med", name: "MED", show: ({ med }) => text(med) },
];

/**
 * In what nodes differ that should be one to routers, in words: VIPs that not all announce, best-path inputs (their {@link fingerprint} in normal state),
 * weights that only some have, kinds of session, and an AS per node. A declared `standby` or preference is a note. Nodes that are alike, or fewer
 * than two, give nothing. External peers are taken as one network, whatever their ASes. Pure; never throws; linear in VIPs.
 */
export function compareNodes(nodes: readonly ComparedNode[]): readonly NodeDifference[] {
  const shared = new Map<string, (readonly [ComparedNode, DesiredVip])[]>();
  for (const node of nodes) {
    for (const vip of node.vips) {
      const holders = shared.get(vip.prefix);
      if (holders === undefined) shared.set(vip.prefix, [[node, vip]]);
      else holders.push([node, vip]);
    }
  }
  const partners = new Set<ComparedNode>();
  for (const holders of shared.values()) if (holders.length > 1) for (const [node] of holders) partners.add(node);
  const meetings = meetingsOf([...partners]);
  const found: NodeDifference[] = [...sessionDifferences([...partners]), ...asnDifferences(meetings)];
  for (const [prefix, holders] of shared) {
    found.push(...missing(prefix, holders, nodes));
    if (holders.length < 2) continue;
    found.push(...routeDifferences(prefix, holders, meetings), ...weightDifferences(prefix, holders));
  }
  return found;
}

/** External peers are one meeting; internal ones one per AS, since two ASes do not see each other's LOCAL_PREF. */
function meetingsOf(nodes: readonly ComparedNode[]): readonly Meeting[] {
  const external = nodes.filter(({ asn, peers }) => peers.some((peer) => peer.asn !== asn));
  const inside = [...new Set(nodes.filter(hasInternal).map(({ asn }) => asn))];
  const all = [
    { internal: false, where: " towards external peers", nodes: new Set(external) },
    ...inside.map((asn) => {
      const members = nodes.filter((node) => node.asn === asn && hasInternal(node));
      return { internal: true, where: ` towards internal peers of AS ${asn}`, nodes: new Set(members) };
    }),
  ].filter((meeting) => meeting.nodes.size > 1);
  return all.length === 1 ? all.map((meeting) => ({ ...meeting, where: "" })) : all;
}

function hasInternal({ asn, peers }: ComparedNode): boolean {
  return peers.some((peer) => peer.asn === asn);
}

function sessionDifferences(nodes: readonly ComparedNode[]): NodeDifference[] {
  const ases = [...new Set(nodes.filter(hasInternal).map(({ asn }) => asn))];
  return ases.flatMap((asn) => {
    const inside = nodes.filter((node) => node.asn === asn && hasInternal(node));
    const outside = nodes.filter((node) => node.asn !== asn && node.peers.some((peer) => peer.asn === asn));
    if (outside.length === 0) return [];
    const message =
      `${listed(inside)} ${inside.length === 1 ? "is" : "are"} inside the routers' AS ${asn}, ${listed(outside)} outside: ` +
      `the AS_PATH from inside is shorter, and routers will use ${listed(inside)} ${only(inside.length)} unless LOCAL_PREF decides otherwise; ` +
      `put all nodes inside, or all outside`;
    return [{ level: "warning", kind: "session", vip: null, nodes: namesOf([...inside, ...outside]), message }];
  });
}

function asnDifferences(meetings: readonly Meeting[]): NodeDifference[] {
  const nodes = [...(meetings.find(({ internal }) => !internal)?.nodes ?? [])];
  const ases = groupBy(nodes, ({ asn }) => String(asn));
  if (ases.size < 2) return [];
  const who = [...ases].map(([asn, members], at) =>
    at === 0
      ? `${listed(members)} ${members.length === 1 ? "is" : "are"} in AS ${asn}`
      : `${listed(members)} in AS ${asn}`,
  );
  const message =
    `${who.join(", ")}: their AS_PATHs have one length and other contents, which routers form ECMP over only when told to; ` +
    "FRR needs bgp bestpath as-path multipath-relax, BIRD merge paths on";
  return [{ level: "note", kind: "asn", vip: null, nodes: namesOf(nodes), message }];
}

function missing(
  prefix: string,
  holders: readonly (readonly [ComparedNode, DesiredVip])[],
  nodes: readonly ComparedNode[],
): NodeDifference[] {
  const having = new Set(holders.map(([node]) => node));
  const without = nodes.filter((node) => !having.has(node));
  if (without.length === 0) return [];
  const message =
    `${prefix}: ${listed([...having])} ${having.size === 1 ? "announces" : "announce"} it, ${listed(without)} ` +
    `${without.length === 1 ? "does" : "do"} not: routers will use ${listed([...having])} ${only(having.size)}; ` +
    `add it to ${listed(without)} if all are to serve it`;
  return [{ level: "warning", kind: "missing", vip: prefix, nodes: namesOf(nodes), message }];
}

function routeDifferences(
  prefix: string,
  holders: readonly (readonly [ComparedNode, DesiredVip])[],
  meetings: readonly Meeting[],
): NodeDifference[] {
  const found: NodeDifference[] = [];
  let asDeclared = true;
  for (const { internal, where, nodes } of meetings) {
    const routes = holders.filter(([node]) => nodes.has(node)).map(([node, vip]) => routeOf(node, vip, internal));
    if (new Set(routes.map(({ written }) => fingerprint(written))).size < 2) continue;
    const differing = INPUTS.filter(({ show }) => new Set(routes.map(({ written }) => show(written))).size > 1);
    const clauses = differing.map(({ name, show }) =>
      clause(
        name,
        groupBy(routes, ({ written }) => show(written)),
      ),
    );
    const declared = followsPreference(routes);
    asDeclared &&= declared;
    const message =
      `${prefix}${where}: ${clauses.join("; ")}: ${outcome(routes)}${declared ? "" : ", whatever preference they declare"}; ` +
      `write the same ${and(differing.map(({ key }) => key))} on ${all(routes.length)}`;
    const names = namesOf(routes.map(({ node }) => node));
    found.push({ level: "warning", kind: "best-path", vip: prefix, nodes: names, message });
  }
  return asDeclared ? [...found, ...preferenceNotes(prefix, holders)] : found;
}

function routeOf(node: ComparedNode, vip: DesiredVip, internal: boolean): Route {
  const attributes = attributesFor(vip, { internal });
  const written = attributesFor({ ...vip, preference: BEST_PREFERENCE }, { internal }, normalForm(vip));
  return { node, vip, attributes, written };
}

/** Whether routers choose the nodes with the best preference, or have nothing to choose by. */
function followsPreference(routes: readonly Route[]): boolean {
  const best = Math.max(...routes.map(({ vip }) => vip.preference));
  if (routes.every(({ vip }) => vip.preference === best)) return true;
  return survivors(routes).every(({ vip }) => vip.preference === best);
}

function preferenceNotes(prefix: string, holders: readonly (readonly [ComparedNode, DesiredVip])[]): NodeDifference[] {
  const best = Math.max(...holders.map(([, { preference }]) => preference));
  const top = holders.filter(([, { preference }]) => preference === best).map(([node]) => node);
  if (top.length === holders.length) return [];
  const groups = groupBy(holders, ([, { preference }]) =>
    preference === STANDBY_PREFERENCE ? "standby" : `preference ${preference}`,
  );
  const who = [...groups].map(([what, members]) => `${listed(members.map(([node]) => node))} ${what}`);
  const message =
    `${prefix}: as declared, ${who.join(", ")}: routers will use ${listed(top)} ${only(top.length)} ` +
    `as long as ${top.length === 1 ? "it announces" : "they announce"} it`;
  return [{ level: "note", kind: "preference", vip: prefix, nodes: namesOf(holders.map(([node]) => node)), message }];
}

function weightDifferences(
  prefix: string,
  holders: readonly (readonly [ComparedNode, DesiredVip])[],
): NodeDifference[] {
  const bare = holders.filter(([, { weight }]) => weight === null);
  if (bare.length === 0 || bare.length === holders.length) return [];
  const groups = groupBy(holders, ([, { weight }]) => (weight === null ? "none" : formatBitRate(weight)));
  const who = clause(
    "weight",
    new Map([...groups].map(([shown, members]) => [shown, members.map(([node]) => ({ node }))])),
  );
  const message = `${prefix}: ${who}: FRR drops every weight when one path has none; write weight on ${all(holders.length)}, or on none`;
  return [{ level: "warning", kind: "weight", vip: prefix, nodes: namesOf(holders.map(([node]) => node)), message }];
}

/** What is left of the routes after LOCAL_PREF, the length of AS_PATH, and MED between routes of one neighbour AS. */
function survivors(routes: readonly Route[]): readonly Route[] {
  const keep = (from: readonly Route[], cost: (route: Route) => number): readonly Route[] => {
    const least = Math.min(...from.map(cost));
    return from.filter((route) => cost(route) === least);
  };
  const preferred = keep(routes, ({ attributes }) => -(attributes.localPref ?? 0));
  const shortest = keep(preferred, ({ attributes }) => attributes.prepend ?? 0);
  return shortest.filter((route) =>
    shortest.every((other) => other.node.asn !== route.node.asn || medOf(other) >= medOf(route)),
  );
}

/** Absent counts as 0 (RFC 4271 §9.1.2.2 c: "the lowest possible MULTI_EXIT_DISC value"). */
function medOf({ attributes }: Route): number {
  return attributes.med ?? 0;
}

function outcome(routes: readonly Route[]): string {
  const used = survivors(routes);
  if (used.length < routes.length)
    return `routers will use ${listed(used.map(({ node }) => node))} ${only(used.length)}`;
  if (new Set(routes.map(({ attributes }) => fingerprint(attributes))).size === 1)
    return `routers will use ${all(routes.length)} alike`;
  return new Set(routes.map(medOf)).size === 1
    ? `routers that take an absent MED for the worst will not use ${all(routes.length)}`
    : `routers that compare MED between different ASes will not use ${all(routes.length)}`;
}

/** `a and b announce MED 5, c none` */
function clause(name: string, groups: ReadonlyMap<string, readonly { readonly node: ComparedNode }[]>): string {
  return [...groups]
    .map(([shown, members], at) => {
      const who = listed(members.map(({ node }) => node));
      if (at > 0) return `${who} ${shown}`;
      const verb = members.length === 1 ? "announces" : "announce";
      return shown === "none" ? `${who} ${verb} no ${name}` : `${who} ${verb} ${name} ${shown}`;
    })
    .join(", ");
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function text(value: number | undefined): string {
  return value === undefined ? "none" : String(value);
}

function only(count: number): string {
  return count === 1 ? "alone" : "only";
}

function all(count: number): string {
  return count === 2 ? "both" : "all";
}

function namesOf(nodes: readonly ComparedNode[]): readonly string[] {
  return nodes.map(({ name }) => name);
}

function listed(nodes: readonly ComparedNode[]): string {
  return and(namesOf(nodes));
}

function and(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
