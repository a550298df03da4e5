import { describe, expect, test } from "vitest";
import { expectOneSentence, good, type Refused, sentencesOf, settingsOf } from "../support/command-line.ts";

const peer = (text: string): string[] => ["192.0.2.10/32", "--asn", "65001", "--peer", text];

const refused: Refused = [
  [
    peer("240.0.0.1,asn=65000"),
    "--peer 240.0.0.1: 240.0.0.1 is a reserved address and no peer's; write the peer's own address.",
  ],
  [peer("10.0.0.254"), "--peer 10.0.0.254: needs the AS number of the peer; write --peer 10.0.0.254,asn=65000."],
  [
    peer("router1,asn=65000"),
    "--peer router1: begins with the IPv4 or IPv6 address of the peer; write for example --peer 10.0.0.254,asn=65000 or --peer [2001:db8::1],asn=65000.",
  ],
  [
    peer("10.0.0.254,asn=0"),
    "--peer 10.0.0.254,asn=0: an AS number is from 1 to 4294967295, or HIGH.LOW with each part up to 65535; write for example asn=65000.",
  ],
  [peer("10.0.0.254,asn=65000,prot=179"), "--peer 10.0.0.254,prot: is not a key of --peer; did you mean port."],
  [
    peer("10.0.0.254,asn=65000,port=0"),
    "--peer 10.0.0.254,port=0: a TCP port is a whole number from 1 to 65535; write for example port=179.",
  ],
  [peer("10.0.0.254,asn=65000,port=70000"), "--peer 10.0.0.254,port=70000: a TCP port is a whole number"],
  [peer("10.0.0.254,asn=65000,port"), '--peer 10.0.0.254,port="": a TCP port is a whole number'],
  [peer("10.0.0.254,asn=65000,asn=65001"), "--peer 10.0.0.254,asn: is given more than once; keep one of them."],
  [
    peer("10.0.0.254,asn=65000,passive"),
    "--peer 10.0.0.254,passive: a passive peer connects to us, and nothing listens; add --listen 0.0.0.0 or --listen [::].",
  ],
  [
    peer("10.0.0.254,asn=65000,passive=maybe"),
    "--peer 10.0.0.254,passive=maybe: is true or false; write passive alone, or leave it out.",
  ],
  [
    peer("10.0.0.254,asn=65000,password=hunter2"),
    "--peer 10.0.0.254,password=…: a password is never an argument, because every user can list them; write password-file=PATH, or set VIPCAST_PEER_PASSWORD.",
  ],
  [
    peer("10.0.0.254,asn=65000,ttl-security=255"),
    "--peer 10.0.0.254,ttl-security=255: the number of hops the peer may be away is a whole number from 1 to 254; write for example ttl-security=1.",
  ],
  [
    peer("10.0.0.254,asn=65000,multihop=0"),
    "--peer 10.0.0.254,multihop=0: the TTL of our packets is a whole number from 1 to 255; write for example multihop=2.",
  ],
  [
    peer("10.0.0.254,asn=65000,multihop=2,ttl-security=1"),
    "--peer 10.0.0.254,ttl-security=1,multihop=2: ttl-security and multihop exclude each other; keep one of them.",
  ],
  [
    peer("10.0.0.254,asn=65000,source=lo"),
    "--peer 10.0.0.254,source=lo: the source is an IPv4 or IPv6 address of this host; see ip address for them.",
  ],
  [
    peer("10.0.0.254,asn=65000,source=2001:db8::1"),
    "--peer 10.0.0.254,source=2001:db8::1: the source must be an IPv4 address like the peer's; write one, or leave source out.",
  ],
  [
    peer("10.0.0.254,asn=65000,interface=a/b"),
    "--peer 10.0.0.254,interface=a/b: an interface name has 1 to 15 characters",
  ],
  [
    peer("10.0.0.254,asn=65000,hold-time=1"),
    "--peer 10.0.0.254,hold-time=1: the hold time is 0 or from 3 to 65535 whole seconds (RFC 4271 §4.2); write for example hold-time=9.",
  ],
  [
    peer("10.0.0.254,asn=65000,hold-time=3,keepalive=2"),
    "--peer 10.0.0.254,keepalive=2: must be at most a third of the hold time, which is 3 seconds",
  ],
  [
    peer("10.0.0.254,asn=65000,hold-time=0,keepalive=1"),
    "--peer 10.0.0.254,keepalive=1: has no meaning with a hold time of 0, which turns keepalives off (RFC 4271 §4.2); leave it out, or write a hold time of at least 3.",
  ],
  [peer("10.0.0.254,asn=65000,timers=wam"), "--peer 10.0.0.254,timers=wam: is no set of timers; did you mean wan."],
  [
    peer("10.0.0.254,asn=65000,timers=fast,keepalive=2"),
    "--peer 10.0.0.254,keepalive=2: must be at most a third of the hold time, which is 3 seconds",
  ],
  [
    peer("10.0.0.254,asn=65000,connect-retry=0"),
    "--peer 10.0.0.254,connect-retry=0: the connect retry time in seconds is a whole number",
  ],
  [
    peer("10.0.0.254,asn=65000,families=ipv4+ipx"),
    "--peer 10.0.0.254,families=ipv4+ipx: families are ipv4 and ipv6, joined by +; write families=ipv4, families=ipv6 or families=ipv4+ipv6.",
  ],
  [
    peer("10.0.0.254,asn=65000,add-path=ipv4"),
    "--peer 10.0.0.254,add-path=ipv4: is send, receive or both, for all families of the peer (RFC 7911); write add-path=send",
  ],
  [peer("10.0.0.254,asn=65000,bfd"), "--peer 10.0.0.254,bfd: is not there yet"],
  [peer("fe80::1,asn=65000"), "--peer fe80::1: a link-local address needs its interface; write --peer fe80::1%eth0."],
  [
    peer("2001:db8::1%eth0,asn=65000"),
    "--peer 2001:db8::1%eth0: only a link-local IPv6 address has a zone; write --peer 2001:db8::1, with interface=eth0 to bind the session to it.",
  ],
  [
    peer("224.0.0.5,asn=65000"),
    "--peer 224.0.0.5: 224.0.0.5 is a multicast address and no peer's; write the peer's own address.",
  ],
  [
    peer("0.0.0.0,asn=65000"),
    "--peer 0.0.0.0: 0.0.0.0 is an unspecified address and no peer's; write the peer's own address.",
  ],
  [[...good, "--peer", "10.0.0.254,asn=65000"], "--peer 10.0.0.254: is given more than once; keep one of them."],
  [
    peer("10.0.0.254,asn=4294967295"),
    "--peer 10.0.0.254,asn=4294967295: 4294967295 is reserved and belongs to nobody (RFC 7300); write the real AS number.",
  ],
  [
    peer("::ffff:10.0.0.254,asn=65000"),
    "--peer ::ffff:10.0.0.254: is an IPv4 address in the form of IPv6; write it as IPv4.",
  ],
  [
    peer("10.0.0.254,asn=65000,graceful-restart=11"),
    "--peer 10.0.0.254,graceful-restart=11: the seconds that the peer keeps our routes when the session breaks (RFC 4724) is a whole number from 0 to 10; write for example graceful-restart=10, or leave it out.",
  ],
  [
    peer("10.0.0.254,asn=65000,advertisement-interval=601"),
    "--peer 10.0.0.254,advertisement-interval=601: the least seconds between two announcements of a route (RFC 4271 §9.2.1.1) is a whole number from 0 to 600; write for example advertisement-interval=5, or leave it out.",
  ],
  [peer("::10.0.0.254,asn=65000"), "--peer ::10.0.0.254: is an IPv4 address in the form of IPv6; write it as IPv4."],
];

describe("a wrong --peer", () => {
  test.each(refused)("%j is answered with one sentence that names it, the rule and the remedy", expectOneSentence);

  test("never shows a password that was written where it does not belong", () => {
    expect(sentencesOf(peer("10.0.0.254,asn=65000,password=hunter2")).join()).not.toContain("hunter2");
  });
});

describe("a right --peer", () => {
  test("takes every key of a peer, and asdot", () => {
    const [, second] = settingsOf(
      "--listen",
      "[::]",
      "--peer",
      "[2001:DB8:0::2],as=1.10,port=1790,passive,password-file=/etc/k,ttl-security=1,source=2001:db8::9,interface=eth1,hold-time=30,connect-retry=9,families=ipv6,add-path=both,graceful-restart=10,advertisement-interval=5,description=left spine",
    ).peers;
    expect(second).toEqual({
      address: "2001:db8::2",
      version: 6,
      asn: 65546,
      port: 1790,
      passive: true,
      passwordFile: "/etc/k",
      ttlSecurity: 1,
      multihop: null,
      source: "2001:db8::9",
      interface: "eth1",
      timers: { holdTime: 30, keepalive: 10, connectRetry: 9 },
      families: ["ipv6-unicast"],
      addPath: "both",
      gracefulRestart: 10,
      advertisementInterval: 5,
      description: "left spine",
    });
  });

  test("takes a set of timers of its own, and single ones of that, instead of everybody's", () => {
    const of = (keys: string): unknown =>
      settingsOf("--timers", "wan", "--connect-retry", "77", "--peer", `10.0.0.2,asn=65000${keys}`).peers[1]?.timers;
    expect(of("")).toEqual({ holdTime: 90, keepalive: 30, connectRetry: 77 });
    expect(of(",timers=fast")).toEqual({ holdTime: 3, keepalive: 1, connectRetry: 1 });
    expect(of(",connect-retry=5,timers=fast")).toEqual({ holdTime: 3, keepalive: 1, connectRetry: 5 });
    expect(of(",timers=datacenter,hold-time=30")).toEqual({ holdTime: 30, keepalive: 10, connectRetry: 5 });
  });

  test("takes graceful-restart=0 and advertisement-interval=0 for not at all", () => {
    const zero = "10.0.0.2,asn=65000,graceful-restart=0,advertisement-interval=0";
    const [first, second] = settingsOf("--peer", zero).peers;
    expect([first?.gracefulRestart, second?.gracefulRestart]).toEqual([null, null]);
    expect([first?.advertisementInterval, second?.advertisementInterval]).toEqual([null, null]);
  });

  test("takes a link-local peer with its zone, or with its interface in place of one", () => {
    const peers = settingsOf("--peer", "fe80::1%eth0,asn=65000", "--peer", "fe80::2,asn=65000,interface=eth1").peers;
    expect(peers.map(({ address }) => address)).toEqual(["10.0.0.254", "fe80::1%eth0", "fe80::2%eth1"]);
  });
});
