import { expect, test } from "vitest";
import { type Config, mutate, randomNumbers } from "../../src/reloads/model.ts";

const stable = ["192.0.2.1/32", "192.0.2.2/32"];
const base: Config = {
  asn: 65001,
  routerId: "10.0.0.1",
  stateDir: "/nonexistent",
  metrics: {},
  drain: "0s",
  logLevel: "info",
  listen: [],
  peers: [{ address: "10.0.0.254", asn: 65000 }],
  vips: stable.map((prefix) => ({ prefix })),
};

function walk(seed: number): readonly string[] {
  const random = randomNumbers(seed);
  let config = base;
  const seen: string[] = [];
  for (let step = 0; step < 300; step++) {
    const mutation = mutate(config, stable, random);
    config = mutation.config;
    const prefixes = config.vips.map(({ prefix }) => prefix);
    expect(prefixes).toEqual(expect.arrayContaining(stable));
    expect(new Set(prefixes).size).toBe(prefixes.length);
    expect(config.peers.some(({ address }) => address === "10.0.0.254")).toBe(true);
    seen.push(mutation.what);
  }
  return seen;
}

test("the same seed makes the same changes, all kinds of them, and what connections hold on to stays", () => {
  const first = walk(1);
  expect(walk(1)).toEqual(first);
  expect(walk(2)).not.toEqual(first);
  expect(new Set(first).size).toBe(17);
});
