import { handwork, passwordPlaceholder, type RouterSide } from "./router-side.ts";

/** GoBGP's side of a session: a TOML file for `gobgpd -f`. */
export function gobgpSide(side: RouterSide): string {
  const notes = [
    `GoBGP on ${side.router} (AS ${side.asn})${side.description === null ? "" : `, ${side.description}`}: its side of the sessions with vipcast in AS ${side.nodeAsn}.`,
    "The policy is that of the whole router: whatever else it is to accept or send needs statements of its own. Check with gobgpd --dry-run.",
    "GoBGP puts no route into the kernel by itself: that is zebra's.",
    ...handwork(side),
  ];
  const blocks = [
    notes.map((note) => `# ${note}`).join("\n"),
    table("global.config", [
      `as = ${side.asn}`,
      `router-id = "${side.version === 4 ? side.router : "REPLACE-WITH-THE-ROUTER-ID"}"`,
      ...(side.port === 179 ? [] : [`port = ${side.port}`]),
    ]),
    table("global.apply-policy.config", [
      'import-policy-list = ["vipcast"]',
      'default-import-policy = "reject-route"',
      'default-export-policy = "reject-route"',
    ]),
    table("global.use-multiple-paths.config", ["enabled = true"]),
    ...side.families.map((family) => prefixSet(family, side.prefixes[family])),
    draining,
    `[[policy-definitions]]\n  name = "vipcast"\n${side.families.flatMap(statements).join("\n")}`,
    ...side.nodes.map(({ address }) => neighbour(side, address)),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function table(name: string, lines: readonly string[]): string {
  return [`[${name}]`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function prefixSet(family: 4 | 6, prefixes: readonly string[]): string {
  const list = prefixes.map((prefix) => {
    const length = prefix.split("/")[1];
    return `  [[defined-sets.prefix-sets.prefix-list]]\n    ip-prefix = "${prefix}"\n    masklength-range = "${length}..${length}"`;
  });
  return [`[[defined-sets.prefix-sets]]\n  prefix-set-name = "vipcast${family}"`, ...list].join("\n");
}

const draining = `# a node that drains asks not to be used (GRACEFUL_SHUTDOWN, RFC 8326)
[[defined-sets.bgp-defined-sets.community-sets]]
  community-set-name = "graceful-shutdown"
  community-list = ["65535:0"]`;

/** One that ranks down who drains and goes on, one that accepts. */
function statements(family: 4 | 6): string[] {
  const prefixes = `    [policy-definitions.statements.conditions.match-prefix-set]
      prefix-set = "vipcast${family}"
      match-set-options = "any"`;
  return [
    `  [[policy-definitions.statements]]
    name = "draining${family}"
${prefixes}
    [policy-definitions.statements.conditions.bgp-conditions.match-community-set]
      community-set = "graceful-shutdown"
      match-set-options = "any"
    [policy-definitions.statements.actions.bgp-actions]
      set-local-pref = 0`,
    `  [[policy-definitions.statements]]
    name = "vips${family}"
${prefixes}
    [policy-definitions.statements.actions]
      route-disposition = "accept-route"`,
  ];
}

function neighbour(side: RouterSide, address: string): string {
  const { holdTime, keepalive, connectRetry, ttlSecurity, multihop, nodePort } = side;
  const transport = [
    ...(nodePort === null ? ["passive-mode = true"] : []),
    ...(nodePort === null || nodePort === 179 ? [] : [`remote-port = ${nodePort}`]),
  ];
  return [
    "[[neighbors]]",
    ...indented("neighbors.config", [
      `neighbor-address = "${side.zone === null ? address : `${address}%${side.zone}`}"`,
      `peer-as = ${side.nodeAsn}`,
      ...(side.password ? [`auth-password = "${passwordPlaceholder}"`] : []),
    ]),
    ...indented("neighbors.timers.config", [
      `hold-time = ${holdTime}.0`,
      `keepalive-interval = ${keepalive}.0`,
      `connect-retry = ${connectRetry}.0`,
    ]),
    ...indented("neighbors.transport.config", transport),
    // A packet that has come so many hops has lost one less (RFC 5082 §3).
    ...(ttlSecurity === null
      ? []
      : indented("neighbors.ttl-security.config", ["enabled = true", `ttl-min = ${256 - ttlSecurity}`])),
    ...(multihop === null
      ? []
      : indented("neighbors.ebgp-multihop.config", ["enabled = true", `multihop-ttl = ${multihop}`])),
    ...side.families.flatMap((family) => channel(side, family)),
  ].join("\n");
}

function channel({ addPath }: RouterSide, family: 4 | 6): string[] {
  const paths = [
    ...(addPath === "receive" || addPath === "both" ? ["receive = true"] : []),
    ...(addPath === "send" || addPath === "both" ? ["send-max = 64"] : []),
  ];
  return [
    "  [[neighbors.afi-safis]]",
    ...indented("neighbors.afi-safis.config", [`afi-safi-name = "ipv${family}-unicast"`]),
    ...indented("neighbors.afi-safis.add-paths.config", paths),
  ];
}

function indented(name: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  [${name}]`, ...lines.map((line) => `    ${line}`)];
}
