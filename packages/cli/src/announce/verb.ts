import type { VerbSpec } from "../arguments/option.ts";

const session = "Session:";
const address = "Address:";
const route = "Route:";
const ecmp = "Standing among the nodes:";
const health = "Health:";
const stopping = "Stopping and output:";

/** `vipcast announce` as its command line sees it. */
export const announceVerb: VerbSpec = {
  name: "announce",
  summary: "Bind virtual IPs on this host and announce them to BGP peers, until told to stop.",
  operandHelp: [["<prefix...>", "virtual IPs: 192.0.2.10/32, 2001:db8::10/128; a bare address means a host route"]],
  looksLikeOperand: (word) => /^\[?[0-9a-fA-F:.]+\]?(\/\d+)?$/.test(word) && /[.:]/.test(word),
  options: [
    { group: session, name: "asn", value: "N", summary: "our AS number, asplain or asdot; required" },
    {
      group: session,
      name: "router-id",
      value: "A",
      summary:
        "BGP identifier as dotted decimal (default: auto, the lowest IPv4 address of this host that is no virtual IP)",
    },
    {
      group: session,
      name: "peer",
      value: "ADDR,asn=N[,key=value...]",
      complete: "peer-keys",
      repeatable: true,
      summary: "a BGP peer, see below; required, repeatable",
    },
    {
      group: session,
      name: "listen",
      value: "ADDR[:PORT]",
      repeatable: true,
      summary: "also accept sessions from the peers (default port: 179); repeatable",
    },
    {
      group: session,
      name: "timers",
      value: "wan|datacenter|fast",
      summary: "hold/keepalive/retry seconds: 90/30/120, 9/3/5, 3/1/1 (default: datacenter)",
    },
    { group: session, name: "hold-time", value: "S", summary: "hold time, 0 or 3..65535 seconds" },
    {
      group: session,
      name: "keepalive",
      value: "S",
      summary: "keepalive time, at most a third of the hold time (default: a third)",
    },
    { group: session, name: "connect-retry", value: "S", summary: "seconds between attempts to connect, jittered" },
    {
      group: address,
      name: "interface",
      value: "NAME",
      complete: "interface",
      summary: "where the virtual IPs are bound (default: lo)",
    },
    { group: address, name: "no-bind", summary: "announce without binding: the addresses are somebody else's job" },
    {
      group: address,
      name: "adopt",
      summary: "accept a virtual IP that is bound already; it is not removed at the end",
    },
    { group: address, name: "allow-on-link", summary: "accept a virtual IP inside a connected subnet" },
    {
      group: address,
      name: "instance",
      value: "NAME",
      summary:
        "one of several vipcasts on this host, with a mark, ledger and lock of its own (default: one per state folder)",
    },
    {
      group: address,
      name: "state-dir",
      value: "D",
      complete: "folder",
      summary: "where what is ours is remembered (default: /var/lib/vipcast, without root $XDG_STATE_HOME/vipcast)",
    },
    {
      group: route,
      name: "next-hop",
      value: "self|ADDR",
      repeatable: true,
      summary: "next hop of the routes, once per address family (default: self)",
    },
    { group: route, name: "med", value: "N", summary: "MULTI_EXIT_DISC, 0..4294967295 (default: none)" },
    {
      group: route,
      name: "local-pref",
      value: "N",
      summary: "LOCAL_PREF for peers of our own AS, 0..4294967295 (default: 100)",
    },
    {
      group: route,
      name: "prepend",
      value: "N",
      summary: "put our AS N more times into the path, 0..16 (default: 0)",
    },
    {
      group: route,
      name: "community",
      value: "A:B|name",
      repeatable: true,
      summary: "a community, or a name as no-export; repeatable",
    },
    {
      group: route,
      name: "large-community",
      value: "A:B:C",
      repeatable: true,
      summary: "a large community; repeatable",
    },
    {
      group: ecmp,
      name: "role",
      value: "active|standby",
      summary:
        "standby is announced with the lowest preference, for routers that have nothing better (default: active)",
    },
    {
      group: ecmp,
      name: "preference",
      value: "N",
      summary: "0..10, higher is better; routers use the nodes with the highest (default: 10, active; 0 is standby)",
    },
    {
      group: ecmp,
      name: "failback",
      value: "S",
      summary: "be standby for S seconds whenever able to serve again, and at the start (default: 0)",
    },
    {
      group: ecmp,
      name: "weight",
      value: "BITS/S",
      summary: "share of the traffic as link bandwidth, 10G or 800M; on all nodes or none (default: none)",
    },
    {
      group: ecmp,
      name: "weight-from",
      value: "SOURCE",
      summary: "exec:CMD, http(s)://... or file:PATH gives the weight; --weight holds while it gives none",
    },
    { group: ecmp, name: "weight-interval", value: "S", summary: "how often it is asked, 1..86400 (default: 10)" },
    {
      group: ecmp,
      name: "node-community",
      value: "auto|none|A:B:C",
      summary: "large community on this node's routes (default: auto, asn:1:router id as a number)",
    },
    {
      group: health,
      name: "check",
      value: "TARGET",
      repeatable: true,
      summary:
        "announce only while tcp://H:P, http(s)://..., exec:CMD, dns://SERVER/NAME or icmp://ADDR succeeds, see below; repeatable: all must",
    },
    { group: health, name: "check-any", summary: "one of several checks is enough" },
    { group: health, name: "interval", value: "S", summary: "from one check to the next, 0.01..86400 (default: 1)" },
    {
      group: health,
      name: "fast-interval",
      value: "S",
      summary: "the same while results differ from the verdict (default: the interval)",
    },
    {
      group: health,
      name: "timeout",
      value: "S",
      summary: "an answer that comes later is none (default: 0.5, at most the interval)",
    },
    { group: health, name: "rise", value: "N", summary: "successes in a row that make it healthy (default: 2)" },
    { group: health, name: "fall", value: "N", summary: "failures in a row that make it unhealthy (default: 3)" },
    {
      group: health,
      name: "grace",
      value: "S",
      summary: "failures before the first success do not count for so long (default: 0)",
    },
    {
      group: health,
      name: "on-failure",
      value: "withdraw|degrade",
      summary: "degrade: announce with the worst preference instead (default: withdraw; icmp degrades)",
    },
    {
      group: health,
      name: "when-unhealthy",
      value: "keep-bound|unbind",
      summary: "whether an unhealthy address stays on its interface (default: keep-bound)",
    },
    {
      group: health,
      name: "last-node-guard",
      summary:
        "withdraw what is unhealthy only while a router shows another node's route; else keep the worst preference",
    },
    { group: health, name: "check-status", value: "LIST", summary: "accepted HTTP status codes (default: 200-299)" },
    { group: health, name: "check-body", value: "TEXT", summary: "what the body of the answer must contain" },
    {
      group: health,
      name: "check-header",
      value: "NAME: VALUE",
      repeatable: true,
      summary: "a header of the request, Host included; others can see it in ps; repeatable",
    },
    { group: health, name: "check-ca", value: "FILE", summary: "CA of an https check, PEM (default: the system's)" },
    { group: health, name: "check-cert", value: "FILE", summary: "client certificate of an https check, PEM" },
    { group: health, name: "check-key", value: "FILE", summary: "its key, PEM" },
    { group: health, name: "check-insecure", summary: "accept any certificate" },
    {
      group: health,
      name: "maintenance",
      value: "FILE",
      summary: "drain while this file exists, and come back when it is gone",
    },
    {
      group: stopping,
      name: "drain",
      value: "S",
      summary: "before withdrawing, announce with the worst preference for S seconds (default: 0)",
    },
    {
      group: stopping,
      name: "drain-idle",
      value: "S",
      summary: "end the drain early when no packet for the virtual IP has arrived for S seconds (needs CAP_NET_RAW)",
    },
    {
      group: stopping,
      name: "stop-timeout",
      value: "S",
      summary: "longest time a stop may take; the withdrawal is sent before it (default: drain + 10)",
    },
    { group: stopping, name: "json", summary: "events as JSON, one object per line on standard output" },
    {
      group: stopping,
      name: "log-level",
      value: "L",
      complete: ["trace", "debug", "info", "warn", "error", "fatal"],
      summary:
        "trace, debug, info, warn, error or fatal on standard error (default: info; warn when both outputs are one terminal)",
    },
  ],
  epilogue: `Keys of --peer (ADDR is an IPv4 or IPv6 address, a link-local one as fe80::1%eth0):
  asn=N (or as=N)        the peer's AS number; required. Equal to --asn: iBGP
  port=N                 TCP port (default: 179)
  passive                wait for the peer to connect; needs --listen
  password-file=PATH     TCP MD5 key from a file; one newline at its end is ignored. The environment variable
                         VIPCAST_PEER_PASSWORD is the key of every peer without a file. Never an argument
  ttl-security=HOPS      drop packets from farther away than HOPS (RFC 5082), 1..254
  multihop=TTL           TTL of our packets, 1..255
  source=ADDR            local address to connect from
  interface=NAME         bind the session to this interface
  timers=wan|datacenter|fast, hold-time=S, keepalive=S, connect-retry=S
                         for this peer alone: a set of timers instead of the command's, and single ones of it
  families=ipv4+ipv6     address families to offer (default: both)
  add-path=send|receive|both
                         offer ADD-PATH (RFC 7911) for all families of the peer (default: not at all). Each VIP has one path,
                         with the path id 1; nothing received is used
  graceful-restart=S     offer graceful restart (RFC 4724): the peer keeps our routes for S seconds, 1..10, when vipcast dies or the
                         session breaks, also when this host is dead (default: 0, not at all). Needs a state folder
  advertisement-interval=S
                         least seconds between two announcements of a route (RFC 4271 §9.2.1.1), 0..600 (default: 0);
                         withdrawals never wait
  description=TEXT       for logs

Targets of --check ({vip} stands for the virtual IP):
  tcp://127.0.0.1:6443   a connection can be opened
  https://127.0.0.1:6443/readyz
                         the answer has an accepted status; no redirect is followed
  exec:/usr/local/bin/ready --quick
                         exit code 0; no shell; VIPCAST_VIP, VIPCAST_ADDRESS and VIPCAST_INTERFACE are set; killed with all it
                         started when the time is up
  dns://10.0.0.53/example.org?type=A&expect=192.0.2.1
                         the server answers, with that record where one is expected
  icmp://10.0.0.254      the gateway answers a ping; failure degrades, since routers limit ping

Signals: SIGTERM, SIGINT and SIGHUP drain, withdraw, unbind, close the sessions and exit 0; a second one skips the drain.
Exit codes: 0 stopped as asked; 1 failed while running; 2 wrong usage, nothing was changed.
When nobody reads standard output any more, events are dropped and the announcement goes on.

Example, as root on each host:
  vipcast announce 192.0.2.10/32 --asn 65001 --peer 10.0.0.254,asn=65000
Only while the API server is ready; gone from the routers within 0.2 x 3 seconds when it is not:
  vipcast announce 192.0.2.10/32 --asn 65001 --peer 10.0.0.254,asn=65000 --check https://127.0.0.1:6443/readyz \\
    --check-ca /etc/kubernetes/pki/ca.crt --interval 0.2 --timeout 0.2 --fall 3
One node that takes over when no other is left, and one that waits a minute before it takes its place back:
  vipcast announce 192.0.2.10/32 --role standby --asn 65001 --peer 10.0.0.254,asn=65000
  vipcast announce 192.0.2.10/32 --failback 60 --asn 65001 --peer 10.0.0.254,asn=65000
Without root and without touching any interface:
  vipcast announce 192.0.2.10/32 --no-bind --asn 65001 --router-id 10.0.0.1 --peer 127.0.0.1,asn=65000,port=1179`,
};
