import type { BrokenFile } from "./broken-file.ts";

/** The file as a whole, and keys that are about neither sessions nor virtual IPs: each broken file with everything that is said of it. */
export const brokenDocuments: readonly BrokenFile[] = [
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
