import type { BrokenFile } from "./broken-file.ts";

/** `vips`, and how they are drained: each broken file with everything that is said of it. */
export const brokenVips: readonly BrokenFile[] = [
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
peers: []
vips: [{prefix: 192.0.2.10, nextHop: 127.0.0.1}]`,
    sentences: [
      'vipcast.yaml:3:8: vips[0]: nextHop is "127.0.0.1"; write self, or a unicast address of this host or of a gateway.',
    ],
  },
];
