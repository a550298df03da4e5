import type { BrokenFile } from "./broken-file.ts";

/** `check`: each broken file with everything that is said of it. */
export const brokenChecks: readonly BrokenFile[] = [
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: tcp://127.0.0.1:6443}]`,
    sentences: [
      "vipcast.yaml:3:36: vips[0].check tcp://127.0.0.1:6443: is a mapping, keys with a value each; write for example tcp: with its value.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {}}]`,
    sentences: [
      "vipcast.yaml:3:36: vips[0].check: names no kind of check; write exactly one of tcp, http, exec, icmp, dns, all, any.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {tcp: "127.0.0.1:80", http: "http://x/"}}]`,
    sentences: [
      "vipcast.yaml:3:36: vips[0].check: is tcp and http at once; write exactly one of tcp, http, exec, icmp, dns, all, any.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {tcp: 127.0.0.1}}]`,
    sentences: [
      'vipcast.yaml:3:42: vips[0].check.tcp: is "127.0.0.1"; write a host and a port, such as 127.0.0.1:6443 or [2001:db8::1]:443.',
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {tcp: "127.0.0.1:80", status: 200}}]`,
    sentences: [
      "vipcast.yaml:3:66: vips[0].check.status: is not a field of a check of kind tcp; write one of tcp, interval, fastInterval, timeout, rise, fall, grace, onFailure.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {all: [{tcp: "127.0.0.1:80", timeout: 2s}], interval: 1500ms}}]`,
    sentences: [
      "vipcast.yaml:3:74: vips[0].check.all[0].timeout: is 2s and longer than interval, which is 1500ms; write a timeout up to the interval, or an interval of 2s, so that checks do not overlap.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {any: [{icmp: "{vip}"}, {all: [{icmp: router}]}]}}]`,
    sentences: [
      'vipcast.yaml:3:74: vips[0].check.any[1].all[0].icmp: is "router"; write the address of a gateway, such as 10.0.0.254.',
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {any: [{icmp: 10.0.0.254, riise: 2}]}}]`,
    sentences: [
      "vipcast.yaml:3:62: vips[0].check.any[0].riise: is not a key of vips[0].check.any[0]; did you mean rise.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {exec: /bin/true}}]`,
    sentences: [
      "vipcast.yaml:3:43: vips[0].check.exec /bin/true: is a list, each item on its own line after a dash; write exec: and the items below it.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {dns: 10.0.0.53}}]`,
    sentences: ["vipcast.yaml:3:36: vips[0].check.name: is missing; write the name to ask for, such as example.org."],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {http: "http://127.0.0.1/", caFile: /a.pem, headers: {Connection: close}}}]`,
    sentences: [
      'vipcast.yaml:3:72: vips[0].check.caFile: is "/a.pem": only https:// has certificates; leave it out, or write https://.',
      `vipcast.yaml:3:89: vips[0].check.headers: is "Connection": this header is the connection's own; leave it out.`,
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, check: {tcp: "127.0.0.1:80", interval: 1ms}}]`,
    sentences: [
      "vipcast.yaml:3:68: vips[0].check.interval 1ms: is a time from 10ms to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example 1s.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, whenUnhealthy: unbound}]`,
    sentences: ["vipcast.yaml:3:44: vips[0].whenUnhealthy unbound: is not known here; did you mean unbind."],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, whenUnhealthy: unbind, bind: false}]`,
    sentences: [
      "vipcast.yaml:3:44: vips[0].whenUnhealthy: whenUnhealthy is unbind, and vipcast removes no address that it did not add; write keep-bound.",
    ],
  },
  {
    text: `asn: 65001
peers: []
vips: [{prefix: 192.0.2.10, maintenanceFile: maintenance}]`,
    sentences: [
      "vipcast.yaml:3:46: vips[0].maintenanceFile maintenance: is the absolute path of a file; write for example maintenanceFile: /run/vipcast/maintenance.",
    ],
  },
];
