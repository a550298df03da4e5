import { expect, it } from "vitest";
import { parseSilentDrops, silentDrops } from "../../src/tcp/silent-drops.ts";

it("reads the counters by their names, whatever stands between them", () => {
  const text = `TcpExt: SyncookiesSent TCPMD5NotFound TCPMD5Unexpected TCPMD5Failure Other TCPMinTTLDrop
TcpExt: 7 1 2 3 9 4
IpExt: InNoRoutes
IpExt: 0
`;
  expect(parseSilentDrops(text)).toEqual({ missingKey: 1, unexpectedKey: 2, wrongKey: 3, lowTtl: 4 });
});

it("counts nothing that a kernel does not have, and is null without any counters", () => {
  expect(parseSilentDrops("TcpExt: SyncookiesSent TCPMD5NotFound\nTcpExt: 7 5\n")).toEqual({
    missingKey: 5,
    unexpectedKey: 0,
    wrongKey: 0,
    lowTtl: 0,
  });
  expect(parseSilentDrops("IpExt: InNoRoutes\nIpExt: 0\n")).toBeNull();
});

it("reads this host's", () => {
  expect(silentDrops()?.wrongKey).toBeGreaterThanOrEqual(0);
});
