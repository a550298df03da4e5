import { expect, test } from "vitest";
import { peerSettings } from "../../src/peer/peer-settings.ts";
import { dialOptions } from "../../src/transport/dial-options.ts";
import type { DialOptions } from "../../src/transport/options.ts";

const localAddresses = () => [
  { address: "127.0.0.1", interface: "lo" },
  { address: "192.0.2.10", interface: "lo" },
  { address: "10.9.9.9", interface: "lo" },
  { address: "fe80::5", interface: "eth0" },
  { address: "fd00::5", interface: "eth0" },
];

function dial(address: string, source?: string): DialOptions {
  const options = { address, asn: 65000, ...(source === undefined ? {} : { source }) };
  const vip = [192, 0, 2, 10];
  return dialOptions(
    peerSettings(options, { asn: 65001, routerId: 1 }),
    { ttlSecurity: 1 },
    {
      localAddresses,
      announced: (bytes) => bytes.join() === vip.join(),
    },
  );
}

test("without a source the system chooses", () => {
  expect(dial("10.0.0.254")).toEqual({ host: "10.0.0.254", port: 179, ttlSecurity: 1 });
});

test("a source that is an address is used as it is", () => {
  expect(dial("10.0.0.254", "10.0.0.1").localAddress).toBe("10.0.0.1");
});

test("a source that is an interface gives its address, never loopback and never one that we announce", () => {
  expect(dial("10.0.0.254", "lo").localAddress).toBe("10.9.9.9");
});

test("a source that is an interface has an address of the peer's kind: global, or link-local with its zone", () => {
  expect(dial("fd00::254", "eth0").localAddress).toBe("fd00::5");
  expect(dial("fe80::254%eth0", "eth0").localAddress).toBe("fe80::5%eth0");
});

test("an interface without such an address is told in words", () => {
  expect(() => dial("10.0.0.254", "eth0")).toThrow(
    "source interface eth0 has no IPv4 address to connect from: add one, or set another source",
  );
});
