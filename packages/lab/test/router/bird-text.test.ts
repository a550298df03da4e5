import { describe, expect, it } from "vitest";
import { birdConfig, parseBirdProtocols, parseBirdRoutes } from "../../src/router/bird-text.ts";

const routes = `BIRD 2.0.12 ready.
Table master4:
192.0.2.10/32        unicast [node1 13:42:38.331] * (100) [AS65001i]
\tvia 10.0.0.1 on lan
\tType: BGP univ
\tBGP.origin: IGP
\tBGP.as_path: 65001 65001
\tBGP.next_hop: 10.0.0.1
\tBGP.med: 5
\tBGP.local_pref: 100
\tBGP.community: (65000,100) (65000,200)
\tBGP.large_community: (65001, 2, 3)
                     unicast [node2 13:42:38.340] (100) [AS65001?]
\tvia 10.0.0.2 on lan
\tType: BGP univ
\tBGP.origin: Incomplete
\tBGP.as_path: 65001
\tBGP.next_hop: fd00::2 fe80::ff:fe00:2
\tBGP.local_pref: 100
`;

describe("parseBirdRoutes", () => {
  it("reads every path with its attributes", () => {
    expect(parseBirdRoutes(routes)).toEqual([
      {
        peer: "node1",
        nextHop: "10.0.0.1",
        asPath: [65001, 65001],
        origin: "igp",
        med: 5,
        localPref: 100,
        communities: ["65000:100", "65000:200"],
        largeCommunities: ["65001:2:3"],
        best: true,
        multipath: true,
      },
      {
        peer: "node2",
        nextHop: "fd00::2",
        asPath: [65001],
        origin: "incomplete",
        med: null,
        localPref: 100,
        communities: [],
        largeCommunities: [],
        best: false,
        multipath: false,
      },
    ]);
  });

  it("leaves out what is no BGP route, and an empty answer", () => {
    expect(parseBirdRoutes("BIRD 2.0.12 ready.\nNetwork not found\n")).toEqual([]);
    expect(parseBirdRoutes("10.0.0.0/24  unicast [direct1 13:42] * (240)\n\tdev lan\n\tType: device univ\n")).toEqual(
      [],
    );
  });
});

const protocols = `BIRD 2.0.12 ready.
Name       Proto      Table      State  Since         Info
device1    Device     ---        up     13:42:35.774  

node1      BGP        ---        up     13:42:38.330  Established   
  BGP state:          Established
    Neighbor address: 10.0.0.1
    Neighbor AS:      65001
    Hold timer:       2.201/3
    Keepalive timer:  0.5/1

node2      BGP        ---        start  13:42:35.774  Passive       Socket: Connection closed
  BGP state:          Passive
    Neighbor address: 10.0.0.2
    Neighbor AS:      65001
    Last error:       Socket: Connection closed
`;

describe("parseBirdProtocols", () => {
  it("reads BGP sessions with state, hold time and last error, and nothing else", () => {
    expect(parseBirdProtocols(protocols)).toEqual([
      { name: "node1", peer: "10.0.0.1", state: "established", holdTime: 3, lastError: null },
      { name: "node2", peer: "10.0.0.2", state: "active", holdTime: null, lastError: "Socket: Connection closed" },
    ]);
  });
});

it("parseBirdProtocols takes an Established session without a timer for one with a hold time of 0", () => {
  const text =
    "node1  BGP  ---  up  13:40:00.123  Established\n  BGP state:  Established\n    Neighbor address: 10.0.0.1\n";
  expect(parseBirdProtocols(text)).toMatchObject([{ name: "node1", state: "established", holdTime: 0 }]);
});

describe("birdConfig", () => {
  it("asks for merged paths, a short error wait and what the peer says", () => {
    const peers = [
      { name: "node1", address: "10.0.0.1", asn: 65001 },
      { name: "node2", address: "10.0.0.2", asn: 65002, passive: false, port: 1179, password: 'a"b' },
    ];
    const text = birdConfig({ asn: 65000, routerId: "10.0.0.254", peers, holdTime: 9, extra: "# more" });
    expect(text.match(/merge paths on/g)).toHaveLength(2);
    expect(text.match(/error wait time 1,5;/g)).toHaveLength(2);
    expect(text).toContain("neighbor 10.0.0.2 as 65002 port 1179;\n  passive off;\n  hold time 9;");
    expect(text).toContain('password "a\\"b";');
    expect(text).toContain("# more");
    const patient = birdConfig({ asn: 65000, routerId: "10.0.0.254", peers, birdErrorWait: [60, 300] });
    expect(patient.match(/error wait time 60,300;/g)).toHaveLength(2);
  });
});
