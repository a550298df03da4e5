/** Broken configuration files, each with everything that is said of it. */
export const brokenFiles: readonly { readonly text: string; readonly sentences: readonly string[] }[] = [
  {
    text: "",
    sentences: [
      "vipcast.yaml:1:1: asn: is missing; write for example 65001.",
      "vipcast.yaml:1:1: peers: is missing; write peers: and the items below it.",
    ],
  },
  {
    text: "- a",
    sentences: ["vipcast.yaml:1:1: a configuration is a mapping of keys; begin with asn: 65001."],
  },
  {
    text: "asn: 65001",
    sentences: ["vipcast.yaml:1:1: peers: is missing; write peers: and the items below it."],
  },
  {
    text: "asn: [65001",
    sentences: [
      "vipcast.yaml:1:12: is not valid YAML, flow sequence in block collection must be sufficiently indented and end with a ]; correct it here or in the lines before.",
    ],
  },
  {
    text: `asn: 65001
asn: 65002
peers: []`,
    sentences: ["vipcast.yaml:2:1: this key stands in the same mapping twice; keep one of them."],
  },
  {
    text: `asn: 65001
	peers: []`,
    sentences: [
      "vipcast.yaml:2:1: is not valid YAML, tabs are not allowed as indentation; correct it here or in the lines before.",
    ],
  },
  {
    text: `asn: 0
peers: [{address: 10.0.0.254, asn: 65000}]`,
    sentences: [
      "vipcast.yaml:1:6: asn 0: an AS number is from 1 to 4294967295, or HIGH.LOW with each part up to 65535; write for example asn: 65001.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips:
  - { prefix: 192.0.2.10, weightFrom: "ftp://10.0.0.1/weight" }
  - { prefix: 192.0.2.11, weightFrom: "file:/run/weight" }
  - { prefix: 192.0.2.12, weight: 10G, weightInterval: 1m }
  - { prefix: 192.0.2.13, weight: 10G, weightFrom: "file:/run/weight", weightInterval: 10ms }`,
    sentences: [
      "vipcast.yaml:4:39: vips[0].weightFrom ftp://10.0.0.1/weight: is exec: with a program, a URL, or file: with an absolute path; write for example weightFrom: file:/run/vipcast/weight.",
      "vipcast.yaml:5:39: vips[1].weightFrom file:/run/weight: needs a weight for as long as there is no answer, so that no node is ever without one; add for example weight: 10G.",
      "vipcast.yaml:6:56: vips[2].weightInterval 60s: says how often the weight is asked for, and nothing is asked; add weightFrom, or leave it out.",
      "vipcast.yaml:7:88: vips[3].weightInterval 10ms: is a time from 1s to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example 10s.",
    ],
  },
  {
    text: `asn: 65001
instance: two words
peers: []`,
    sentences: [
      'vipcast.yaml:2:11: instance "two words": is no instance name; write 1 to 63 letters, digits, "_", "." and "-", beginning with a letter or digit, for example instance: blue.',
    ],
  },
  {
    text: `asn: 23456
peers: []`,
    sentences: [
      "vipcast.yaml:1:6: asn 23456: 23456 is AS_TRANS and belongs to nobody (RFC 6793); write the real AS number.",
    ],
  },
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
  {
    text: `asn: 65001
peers: []
vips: [192.0.2.10]`,
    sentences: [
      "vipcast.yaml:3:8: vips[0] 192.0.2.10: is a mapping, keys with a value each; write for example prefix: with its value.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10/24}]`,
    sentences: [
      "vipcast.yaml:3:17: vips[0].prefix: 192.0.2.10/24 has bits set beyond its length; write 192.0.2.10/32 for the one address, or 192.0.2.0/24 for the aggregate.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.0/24}]`,
    sentences: [
      "vipcast.yaml:3:17: vips[0].prefix: 192.0.2.0/24 is an aggregate and would draw traffic for every address in it; write the single /32 addresses, or set allowAggregates: true for this VIP, in a configuration file or in the library.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 127.0.0.1}, {prefix: "::"}]`,
    sentences: [
      "vipcast.yaml:3:17: vips[0].prefix: 127.0.0.1/32 is a loopback address, which never leaves a host; write an address that routers can carry, such as 192.0.2.10/32 or 2001:db8::10/128.",
      "vipcast.yaml:3:38: vips[1].prefix: ::/128 is in the unspecified range (0.0.0.0/8 or ::), which means no address at all; write the address that clients connect to.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10}, {prefix: 192.0.2.10/32}]`,
    sentences: ["vipcast.yaml:3:39: vips[1].prefix 192.0.2.10/32: is given more than once; keep one of them."],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, med: -1, prepend: 17}]`,
    sentences: [
      "vipcast.yaml:3:34: vips[0].med -1: MULTI_EXIT_DISC is a whole number from 0 to 4294967295; write for example 100.",
      "vipcast.yaml:3:47: vips[0].prepend 17: the number of additional AS numbers is a whole number from 0 to 16; write for example 2.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, communities: [65000:70000, no-exprt]}]`,
    sentences: [
      'vipcast.yaml:3:8: vips[0]: the community "65000:70000" is out of range; write both parts as 0..65535 without leading zeros, or use a large community (A:B:C) for a four-octet AS.',
      'vipcast.yaml:3:8: vips[0]: "no-exprt" is not a community; write two numbers such as 65000:100, or one of graceful-shutdown, accept-own, llgr-stale, no-llgr, blackhole, no-export, no-advertise, no-export-subconfed, no-peer.',
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, drain: 2 minutes}]`,
    sentences: [
      'vipcast.yaml:3:36: vips[0].drain "2 minutes": is a time from 0s to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example 10s.',
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, bind: no}]`,
    sentences: ["vipcast.yaml:3:35: vips[0].bind no: is true or false; write false."],
  },
  {
    text: `asn: 65001
peers: []
vips:
  - { prefix: 192.0.2.10, ecmp: { role: standby, failback: 1m } }
  - prefix: 192.0.2.11
    med: 4294967295
    ecmp: { role: standby }`,
    sentences: [
      "vipcast.yaml:4:60: vips[0].ecmp.failback: ecmp.failback is 60s for a standby, which has no place to come back to; leave it out.",
      "vipcast.yaml:6:10: vips[1].med: med is 4294967295 beside a preference below 10, which changes it by up to 10 steps; write 0..4294966294.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, bind: false, adopt: true}]`,
    sentences: [
      "vipcast.yaml:3:49: vips[0].adopt: adopt contradicts bind being false; leave adopt out, an address that is not bound by vipcast is never deleted by it.",
    ],
  },
  {
    text: `asn: 65001
drain: 1m
stopTimeout: 30s
peers: []`,
    sentences: [
      "vipcast.yaml:3:14: stopTimeout 30s: a drain of 60s is longer than the stop may take, and would be cut short; write stopTimeout: 70s, or a shorter drain.",
    ],
  },
  {
    text: `asn: 65001
logLevel: verbose
peers: []`,
    sentences: [
      "vipcast.yaml:2:11: logLevel verbose: is not known here; use one of trace, debug, info, warn, error, fatal.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vip: [{prefix: 192.0.2.10}]`,
    sentences: ["vipcast.yaml:3:1: vip: is not a key of the configuration; did you mean vips."],
  },
  {
    text: `a: &a [x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
asn: 65001`,
    sentences: [
      "vipcast.yaml:1:1: cannot be read, excessive alias count indicates a resource exhaustion attack; write the values out instead of using aliases.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, nextHop: 127.0.0.1}]`,
    sentences: [
      'vipcast.yaml:3:8: vips[0]: nextHop is "127.0.0.1"; write self, or a unicast address of this host or of a gateway.',
    ],
  },
  {
    text: `asn: 65001
---
asn: 65002`,
    sentences: ["vipcast.yaml:2:1: a second document begins here; leave the line --- out, or use the folder conf.d."],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000}]
control: { listen: "10.0.0.1:9180" }`,
    sentences: [
      "vipcast.yaml:3:20: control.listen 10.0.0.1:9180: would let everybody in who can reach it; add tls with clientCaFile, or tokenFile, or leave listen out.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000}]
control: { listen: "[::]:9180", tokenFile: /t }`,
    sentences: [
      "vipcast.yaml:3:20: control.listen [::]:9180: would send the token in clear text; add tls, or listen on 127.0.0.1 or [::1].",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000}]
control: { tokenFile: /t, group: "a b", lsten: 1 }`,
    sentences: [
      'vipcast.yaml:3:34: control.group "a b": is no name and no number of a group; write for example group: adm.',
      "vipcast.yaml:3:41: control.lsten: is not a key of control; did you mean listen.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000}]
control: { tokenFile: /t }`,
    sentences: [
      "vipcast.yaml:3:23: control.tokenFile: counts for the TCP listener alone; add listen, or leave it out.",
    ],
  },
  {
    text: `asn: 65001
peers: [{address: 10.0.0.254, asn: 65000, keepReceived: -1}]
control: { listen: 10.0.0.1, tls: { certFile: /c } }`,
    sentences: [
      "vipcast.yaml:2:57: peers[0].keepReceived -1: the number of routes to keep is a whole number from 0 to 10000000; write for example 1000.",
      "vipcast.yaml:3:20: control.listen 10.0.0.1: has no port; write for example listen: 127.0.0.1:9180.",
      "vipcast.yaml:3:35: control.tls.keyFile: is missing; write for example /etc/vipcast/control.key.",
    ],
  },
];
