import { formatAddress } from "@vipcast/bgp";
import { expect, test } from "vitest";
import type { LocalAddress } from "../../src/options.ts";
import { lastKnown, nextHopsOn, systemAddresses } from "../../src/routes/local-addresses.ts";

test("addresses that cannot be read are the ones known last, with a warning", () => {
  const answers: (readonly LocalAddress[] | Error)[] = [
    new Error("EMFILE"),
    [{ address: "10.0.0.1", interface: "eth0" }],
    new Error("EMFILE"),
    [],
  ];
  const warnings: string[] = [];
  const quiet = (): void => undefined;
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const ask = lastKnown(
    () => {
      const answer = answers.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    { debug: quiet, info: quiet, warn, error: quiet },
  );
  expect([ask(), ask(), ask(), ask()].map((known) => known.length)).toEqual([0, 1, 1, 0]);
  expect(warnings).toEqual(
    new Array(2).fill("the local addresses cannot be read, the last known ones are used: EMFILE"),
  );
});

test("an address with a subnet is a better next hop than a host address, and link-local is the last resort", () => {
  const on = (address: string, prefixLength: number): LocalAddress => ({ address, prefixLength, interface: "eth0" });
  const addresses = [on("fe80::1", 64), on("2001:db8:ffff::1", 128), on("2001:db8::1", 64), on("2001:db8::2", 64)];
  const hops = nextHopsOn(new Set(["eth0"]), 16, addresses, { loopback: false, taken: () => false });
  expect(hops.map((hop) => formatAddress(hop))).toEqual(["2001:db8::1", "2001:db8::2", "2001:db8:ffff::1", "fe80::1"]);
});

test("the system's addresses come with their prefix lengths", () => {
  const loopback = systemAddresses().find(({ address }) => address === "127.0.0.1");
  expect(loopback).toEqual({ address: "127.0.0.1", interface: "lo", prefixLength: 8 });
});
