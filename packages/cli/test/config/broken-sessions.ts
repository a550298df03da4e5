import type { BrokenFile } from "./broken-file.ts";

/** `peers`, `timers`, `listen` and the router id: each broken file with everything that is said of it. */
export const brokenSessions: readonly BrokenFile[] = [
  {
    text: `asn: 65001
peers: 10.0.0.254`,
    sentences: [
      "vipcast.yaml:2:8: peers 10.0.0.254: is a list, each item on its own line after a dash; write peers: and the items below it.",
    ],
  },
  {
    text: `asn: 65001
peers: [10.0.0.254]`,
    sentences: [
      "vipcast.yaml:2:9: peers[0] 10.0.0.254: is a mapping, keys with a value each; write for example address: with its value.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: router1, asn: 65000}]`,
    sentences: [
      "vipcast.yaml:2:19: peers[0].address router1: begins with the IPv4 or IPv6 address of the peer; write for example 10.0.0.254 or 2001:db8::1.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: fe80::1, asn: 65000}]`,
    sentences: [
      "vipcast.yaml:2:19: peers[0].address fe80::1: a link-local address needs its interface; write fe80::1%eth0.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 224.0.0.1, asn: 65000}]`,
    sentences: [
      "vipcast.yaml:2:19: peers[0].address 224.0.0.1: 224.0.0.1 is a multicast address and no peer's; write the peer's own address.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, port: 70000}]`,
    sentences: [
      "vipcast.yaml:2:49: peers[0].port 70000: a TCP port is a whole number from 1 to 65535; write for example 179.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, ttlSecurity: 1, multihop: 2}]`,
    sentences: ["vipcast.yaml:2:69: peers[0].multihop 2: excludes ttlSecurity; keep one of them."],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, password-file: /x}]`,
    sentences: ["vipcast.yaml:2:43: peers[0].password-file: is not a key of peers[0]; did you mean passwordFile."],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, password: "pa:ss,word"}]`,
    sentences: [
      "vipcast.yaml:2:53: peers[0].password: a secret does not stand in a configuration file; write passwordFile: PATH, or password: ${NAME}.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, password: "\${A}", passwordFile: /x}]`,
    sentences: ["vipcast.yaml:2:53: peers[0].password: excludes passwordFile; keep one of them."],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, source: "2001:db8::1"}]`,
    sentences: [
      "vipcast.yaml:2:51: peers[0].source 2001:db8::1: the source must be an IPv4 address like the peer's; write one, or leave source out.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, interface: "a b"}]`,
    sentences: [
      'vipcast.yaml:2:54: peers[0].interface "a b": an interface name has 1 to 15 characters, none of them a space, / or :; see ip link for the names.',
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, families: ipv4}]`,
    sentences: [
      "vipcast.yaml:2:53: peers[0].families ipv4: is a list, each item on its own line after a dash; write families: and the items below it.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, families: [ipv5]}]`,
    sentences: ["vipcast.yaml:2:54: peers[0].families[0] ipv5: is not known here; did you mean ipv4."],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, passive: true}]`,
    sentences: [
      'vipcast.yaml:2:52: peers[0].passive true: a passive peer connects to us, and nothing listens; add listen: ["0.0.0.0"] or listen: ["[::]"].',
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000}, {address: 10.0.0.254, asn: 65001}]`,
    sentences: ["vipcast.yaml:2:54: peers[1].address 10.0.0.254: is given more than once; keep one of them."],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, bfd: {interval: 300ms}}]`,
    sentences: [
      "vipcast.yaml:2:43: peers[0].bfd: is not there yet; leave it out, and use timers: fast to notice a failure within 3 seconds.",
    ],
  },
  {
    text: `asn: 65001
timers: quick
peers: []`,
    sentences: ["vipcast.yaml:2:9: timers quick: is not known here; use one of wan, datacenter, fast."],
  },
  {
    text: `asn: 65001
timers: {holdTime: 2}
peers: []`,
    sentences: [
      "vipcast.yaml:2:20: timers.holdTime 2: the hold time is 0 or from 3 to 65535 whole seconds (RFC 4271 §4.2); write for example 9s.",
    ],
  },
  {
    text: `asn: 65001
timers: fast
peers: [{address: 10.0.0.254, asn: 65000, timers: {profile: wan, holdTime: 0, keepalive: 4s}}]`,
    sentences: [
      "vipcast.yaml:3:90: peers[0].timers.keepalive 4: has no meaning with a hold time of 0, which turns keepalives off (RFC 4271 §4.2); leave it out, or write a hold time of at least 12.",
    ],
  },
  {
    text: `asn: 65001
timers: {holdTime: 9s, keepalive: 4s}
peers: []`,
    sentences: [
      "vipcast.yaml:2:35: timers.keepalive 4: must be at most a third of the hold time, which is 9 seconds (RFC 4271 §4.4); write at most 3, or a hold time of at least 12.",
    ],
  },
  {
    text: `asn: 65001
timers: {holdTime: 9500ms}
peers: []`,
    sentences: ["vipcast.yaml:2:20: timers.holdTime 9500ms: is a time in whole seconds; write 9."],
  },
  {
    text: `asn: 65001
timers: {hold-time: 9}
peers: []`,
    sentences: ["vipcast.yaml:2:10: timers.hold-time: is not a key of timers; did you mean holdTime."],
  },
  {
    text: `asn: 65001
routerId: 0.0.0.0
peers: []`,
    sentences: [
      "vipcast.yaml:2:11: routerId 0.0.0.0: the router id has the form of an IPv4 address and is not 0.0.0.0 (RFC 6286); write for example routerId: 10.0.0.1, or leave it out.",
    ],
  },
  {
    text: `asn: 65001
routerId: 192.0.2.10
peers: []
vips: [{prefix: 192.0.2.10}]`,
    sentences: [
      "vipcast.yaml:2:11: routerId 192.0.2.10: is a virtual IP, which every node has; write an address that this host alone has, or auto.",
    ],
  },
  {
    text: `asn: 65001
listen: 0.0.0.0
peers: []`,
    sentences: [
      "vipcast.yaml:2:9: listen 0.0.0.0: is a list, each item on its own line after a dash; write listen: and the items below it.",
    ],
  },
  {
    text: `asn: 65001
listen: ["0.0.0.0", "10.0.0.1:179"]
peers: []`,
    sentences: ["vipcast.yaml:2:21: listen[1]: and 0.0.0.0:179 take in each other; keep one of them."],
  },
  {
    text: `asn: 65001
listen: ["10.0.0.1:99999"]
peers: []`,
    sentences: [
      'vipcast.yaml:2:10: listen[0] 10.0.0.1:99999: is an address of this host, and after a colon a port from 1 to 65535; write for example 0.0.0.0, 10.0.0.1:1179 or "[::]:179".',
    ],
  },
];
