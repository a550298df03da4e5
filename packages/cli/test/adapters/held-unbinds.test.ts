import type { AddressPort, Binding } from "@vipcast/announcer";
import { expect, test } from "vitest";
import { HeldUnbinds } from "../../src/adapters/held-unbinds.ts";

const binding: Binding = {
  prefix: "192.0.2.10/32",
  address: "192.0.2.10",
  prefixLength: 32,
  family: 4,
  interface: "lo",
  kind: "address",
};

test("an address goes when that is allowed, and everything else is done at once", async () => {
  const done: string[] = [];
  const port: AddressPort = {
    observe: async () => ({ addresses: [], links: [] }),
    bind: async () => void done.push("bind"),
    unbind: async () => void done.push("unbind"),
    watch: () => () => void done.push("end"),
  };
  const held = new HeldUnbinds(port);
  const gone = held.unbind(binding);
  await held.bind(binding);
  held.watch(() => {})();
  expect(await held.observe()).toEqual({ addresses: [], links: [] });
  expect(done).toEqual(["bind", "end"]);
  held.release();
  await gone;
  await held.unbind(binding);
  expect(done).toEqual(["bind", "end", "unbind", "unbind"]);
});
