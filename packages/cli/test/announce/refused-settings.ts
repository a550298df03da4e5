import { good, type Refused } from "../support/command-line.ts";

const more = (...words: readonly string[]): string[] => [...good, ...words];

/** Command lines and the sentence that each is answered with. */
export const refusedSettings: Refused = [
  [
    ["--asn", "65001", "--peer", "10.0.0.254,asn=65000"],
    "vipcast announce: needs at least one virtual IP; write for example vipcast announce 192.0.2.10/32.",
  ],
  [
    ["192.0.2.10/32", "--peer", "10.0.0.254,asn=65000"],
    "--asn: is missing; write our AS number, for example --asn 65001.",
  ],
  [["192.0.2.10/32", "--asn", "65001"], "--peer: is missing; write for example --peer 10.0.0.254,asn=65000."],
  [more("--peeer", "x"), "--peeer: is not an option of vipcast announce; did you mean --peer."],
  [more("--xyzzy"), "--xyzzy: is not an option of vipcast announce; use one of --asn, --router-id, "],
  [more("-x"), "-x: is not an option of vipcast announce; use one of "],
  [more("--json=yes"), "--json=yes: takes no value; write --json alone."],
  [more("--med"), "--med: needs a value; write --med N."],
  [more("--med", "1", "--med", "2"), "--med 1 --med 2: gives one option several values; keep one of them."],
  [
    ["192.0.2.10/32", "--asn", "0", "--peer", "10.0.0.254,asn=65000"],
    "--asn 0: an AS number is from 1 to 4294967295, or HIGH.LOW with each part up to 65535; write for example --asn 65001.",
  ],
  [
    ["192.0.2.10/32", "--asn", "4294967296", "--peer", "10.0.0.254,asn=65000"],
    "--asn 4294967296: an AS number is from 1 ",
  ],
  [["192.0.2.10/32", "--asn", "1.65536", "--peer", "10.0.0.254,asn=65000"], "--asn 1.65536: an AS number is from 1 "],
  [["192.0.2.10/32", "--asn", "", "--peer", "10.0.0.254,asn=65000"], '--asn "": an AS number is from 1 '],
  [
    ["192.0.2.10/32", "--asn", "23456", "--peer", "10.0.0.254,asn=65000"],
    "--asn 23456: 23456 is AS_TRANS and belongs to nobody (RFC 6793); write the real AS number.",
  ],
  [
    more("--router-id", "0.0.0.0"),
    "--router-id 0.0.0.0: the router id has the form of an IPv4 address and is not 0.0.0.0 (RFC 6286); write for example --router-id 10.0.0.1, or leave it out.",
  ],
  [more("--router-id", "2001:db8::1"), "--router-id 2001:db8::1: the router id has the form of an IPv4 address"],
  [more("--router-id", "10.0.1"), "--router-id 10.0.1: the router id has the form of an IPv4 address"],
  [
    more("--listen", "0.0.0.0:0"),
    "--listen 0.0.0.0:0: is an address of this host, and after a colon a port from 1 to 65535; write for example --listen 0.0.0.0, --listen 10.0.0.1:1179 or --listen [::]:179.",
  ],
  [more("--listen", "0.0.0.0:65536"), "--listen 0.0.0.0:65536: is an address of this host"],
  [more("--listen", "eth0"), "--listen eth0: is an address of this host"],
  [more("--listen", "224.0.0.1"), "--listen 224.0.0.1: is an address of this host"],
  [more("--next-hop", "240.0.0.1"), "--next-hop 240.0.0.1: the next hop is self, or a unicast address"],
  [more("--timers", "datacentre"), "--timers datacentre: is no set of timers; did you mean datacenter."],
  [more("--timers", "slow"), "--timers slow: is no set of timers; use one of wan, datacenter, fast."],
  [
    more("--hold-time", "2"),
    "--hold-time 2: the hold time is 0 or from 3 to 65535 whole seconds (RFC 4271 §4.2); write for example --hold-time 9.",
  ],
  [more("--hold-time", "65536"), "--hold-time 65536: the hold time is 0 or "],
  [more("--hold-time", "9.5"), "--hold-time 9.5: the hold time is 0 or "],
  [
    more("--keepalive", "0"),
    "--keepalive 0: the keepalive time in seconds is a whole number from 1 to 21845; write for example a third of the hold time.",
  ],
  [
    more("--hold-time", "0", "--keepalive", "3"),
    "--keepalive 3: has no meaning with a hold time of 0, which turns keepalives off (RFC 4271 §4.2); leave it out, or write a hold time of at least 9.",
  ],
  [
    more("--keepalive", "4"),
    "--keepalive 4: must be at most a third of the hold time, which is 9 seconds (RFC 4271 §4.4); write at most 3, or a hold time of at least 12.",
  ],
  [
    more("--connect-retry", "0"),
    "--connect-retry 0: the connect retry time in seconds is a whole number from 1 to 65535; write for example 5.",
  ],
  [
    more("--interface", "an-interface-too-long"),
    "--interface an-interface-too-long: an interface name has 1 to 15 characters, none of them a space, / or :; see ip link for the names.",
  ],
  [more("--interface", "a b"), '--interface "a b": an interface name has 1 to 15 characters'],
  [
    more("--instance", "two words"),
    '--instance "two words": is no instance name; write 1 to 63 letters, digits, "_", "." and "-", beginning with a letter or digit, for example --instance blue.',
  ],
  [more("--state-dir", ""), '--state-dir "": is the path of a folder; write for example --state-dir /var/lib/vipcast.'],
  [
    more("--no-bind", "--adopt"),
    "--no-bind --adopt: exclude each other: without binding nothing is adopted; keep one of them.",
  ],
  [more("--next-hop", "me"), "--next-hop me: the next hop is self, or a unicast address that routers can reach"],
  [
    more("--next-hop", "fe80::1"),
    "--next-hop fe80::1: the next hop is self, or a unicast address that routers can reach",
  ],
  [
    more("--next-hop", "10.0.0.1", "--next-hop", "10.0.0.2"),
    "--next-hop 10.0.0.2: is a second next hop for IPv4; keep one of them.",
  ],
  [
    more("--med", "-1"),
    "--med -1: MULTI_EXIT_DISC is a whole number from 0 to 4294967295; write for example --med 100.",
  ],
  [more("--med", "4294967296"), "--med 4294967296: MULTI_EXIT_DISC is a whole number"],
  [
    more("--local-pref", "high"),
    "--local-pref high: LOCAL_PREF is a whole number from 0 to 4294967295; write for example --local-pref 200.",
  ],
  [
    more("--prepend", "17"),
    "--prepend 17: the number of additional AS numbers is a whole number from 0 to 16; write for example --prepend 2.",
  ],
  [
    more("--community", "65536:1"),
    "--community 65536:1: a community is A:B with each part from 0 to 65535, or a well-known name such as no-export; write for example --community 65000:100, or --large-community A:B:C for larger numbers.",
  ],
  [more("--community", "no-exprt"), "--community no-exprt: is no well-known community; did you mean no-export."],
  [
    more("--large-community", "1:2"),
    "--large-community 1:2: a large community is A:B:C with each part from 0 to 4294967295; write for example --large-community 65000:1:2.",
  ],
  [
    more(...Array.from({ length: 751 }, (_, index) => ["--community", `65000:${index}`]).flat()),
    "--community and --large-community, 751 of them: take 3004 octets, and a BGP message has room for 3000 (RFC 4271 §4.1); keep at most 750 communities or 250 large ones.",
  ],
  [
    more("--drain", "soon"),
    "--drain soon: is a time from 0s to 86400s, in seconds or with a unit (500ms, 10s, 2m); write for example --drain 10.",
  ],
  [
    more("--drain-idle", "1"),
    "--drain-idle 1s: ends a drain early, and there is none; add --drain S, the longest it may take.",
  ],
  [more("--drain-idle", "0", "--drain", "5"), "--drain-idle 0: is a time from 100ms to 86400s"],
  [more("--drain", "25h"), "--drain 25h: is a time from 0s to 86400s"],
  [more("--stop-timeout", "0"), "--stop-timeout 0: is a time from 1s to "],
  [more("--log-level", "inf"), "--log-level inf: is no log level; did you mean info."],
  [
    more("--check", "127.0.0.1:53"),
    "--check 127.0.0.1:53: begins with one of tcp://, http://, https://, exec:, icmp://, dns://; write --check tcp://127.0.0.1:53.",
  ],
  [
    more("--check", "tcp://localhost"),
    "--check tcp://localhost: is tcp:// with a host and a port; write for example --check tcp://127.0.0.1:6443.",
  ],
  [more("--check", "https://user:secret@host/"), "is a URL without user name and password"],
  [more("--check", "exec:"), "--check exec:: is exec: with a program and its arguments"],
  [more("--check", "icmp://gateway"), "--check icmp://gateway: is icmp:// with an address"],
  [more("--check", "dns://10.0.0.53"), "--check dns://10.0.0.53: is dns:// with a server's address and a name"],
  [more("--check", "dns://10.0.0.53/a?tpye=A"), "is dns:// with a server's address and a name"],
  [more("--interval", "1"), "--interval: says how to check, and nothing is checked; add --check, or leave it out."],
  [
    more("--check", "exec:true", "--timeout", "3"),
    "--timeout 3s: is longer than the interval, which is 1s by default; write at most 1s, or --interval 3s.",
  ],
  [
    more("--check", "exec:true", "--rise", "0"),
    "--rise 0: the number of results in a row is a whole number from 1 to 100; write for example --rise 3.",
  ],
  [
    more("--check", "exec:true", "--on-failure", "degrad"),
    "--on-failure degrad: is neither withdraw nor degrade; did you mean degrade.",
  ],
  [
    more("--check", "tcp://a:1", "--check-status", "200"),
    "--check-status: is for http:// and https:// checks, and there is none; leave it out.",
  ],
  [
    more("--check", "http://a/", "--check-ca", "/x"),
    "--check-ca: is for https:// checks, and there is none; leave it out.",
  ],
  [
    more("--check", "https://a/", "--check-cert", "/x"),
    "--check-cert: is one half of a client certificate; give both --check-cert and --check-key.",
  ],
  [
    more("--check", "http://a/", "--check-header", "Host"),
    "--check-header: is a name, a colon and a value; write for example",
  ],
  [more("--maintenance", "here"), "--maintenance here: is the absolute path of a file; write for example"],
  [
    ["192.0.2.10/32", "--asn", "65535", "--peer", "10.0.0.254,asn=65000"],
    "--asn 65535: 65535 is reserved and belongs to nobody (RFC 7300); write the real AS number.",
  ],
  [
    more("--listen", "10.0.0.1", "--listen", "10.0.0.1:179"),
    "--listen 10.0.0.1:179: is given more than once; keep one of them.",
  ],
  [
    more("--listen", "[::1]:1790", "--listen", "[::]:1790"),
    "--listen [::1]:1790 --listen [::]:1790: the one takes in the other; keep one of them.",
  ],
  [
    more("--drain", "30", "--stop-timeout", "20"),
    "--drain 30s --stop-timeout 20s: the drain is longer than the stop may take, and would be cut short; write --stop-timeout 40s, or a shorter drain.",
  ],
  [
    more("--next-hop", "::ffff:10.0.0.1"),
    "--next-hop ::ffff:10.0.0.1: the next hop is self, or a unicast address that routers can reach",
  ],
];
