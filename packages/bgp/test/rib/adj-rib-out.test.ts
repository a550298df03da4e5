import { describe, expect, test } from "vitest";
import type { AttributeValues } from "../../src/codec/attributes/values.ts";
import { formatPrefix } from "../../src/codec/nlri/prefix.ts";
import { Family } from "../../src/iana/afi-safi.ts";
import { AdjRibOut } from "../../src/rib/adj-rib-out.ts";
import type { Outgoing } from "../../src/rib/adj-rib-out-entry.ts";
import type { DesiredRoute, ExportPolicy } from "../../src/rib/policy.ts";
import { attributes, v4, v6 } from "./routes.ts";

interface Wanted {
  readonly key: string;
  readonly values: AttributeValues;
}

const families = [Family.Ipv4Unicast, Family.Ipv6Unicast];
const plain = wanted("plain");
const far = wanted("far", { multiExitDisc: 7 });
const pass: ExportPolicy<Wanted> = ({ values }) => ({ attributes: values });

function wanted(key: string, change: AttributeValues = {}): Wanted {
  return { key, values: attributes(change) };
}

function route(address: string, set: Wanted = plain): DesiredRoute<Wanted> {
  return { prefix: v4(address), attributes: set };
}

/** `+key: prefix prefix` for an announcement, `-: prefix` for a withdrawal, `eor: n` for the markers, in order. */
function show({ batches, endOfRib }: Outgoing): string[] {
  const lines = batches.map(({ attributes: set, nlri }) => {
    const sign = set === null ? "-" : `+${set.multiExitDisc ?? ""}`;
    return `${sign}: ${nlri.map(formatPrefix).join(" ")}`;
  });
  return endOfRib.length === 0 ? lines : [...lines, `eor: ${endOfRib.length}`];
}

function established(routes: readonly DesiredRoute<Wanted>[] = []): AdjRibOut<Wanted> {
  const rib = new AdjRibOut<Wanted>();
  rib.set(routes);
  rib.up(pass, families);
  rib.take();
  return rib;
}

describe("when a session comes up", () => {
  test("everything desired is sent in one batch per attribute set, then End-of-RIB once per family", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set([route("192.0.2.1"), route("192.0.2.2", far), route("192.0.2.3")]);
    expect(rib.hasOutgoing).toBe(false);
    rib.up(pass, families);
    expect(show(rib.take())).toEqual(["+: 192.0.2.1/32 192.0.2.3/32", "+7: 192.0.2.2/32", "eor: 2"]);
    expect(rib.hasOutgoing).toBe(false);
    expect(show(rib.take())).toEqual([]);
  });

  test("End-of-RIB is sent even when there are no routes", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.up(pass, families);
    expect(show(rib.take())).toEqual(["eor: 2"]);
  });

  test("the families of one attribute set travel in batches of their own", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set([route("192.0.2.1"), { prefix: v6(1), attributes: plain }]);
    rib.up(pass, []);
    const { batches } = rib.take();
    expect(batches.map((batch) => batch.family)).toEqual(families);
  });

  test("sets that the export policy makes equal share a batch", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set([route("192.0.2.1"), route("192.0.2.2", far)]);
    rib.up(() => ({ attributes: attributes() }), []);
    expect(show(rib.take())).toEqual(["+: 192.0.2.1/32 192.0.2.2/32"]);
  });

  test("the export policy is asked once per set and family, however many routes there are", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set(Array.from({ length: 100 }, (_, index) => route(`192.0.2.${index}`, index % 2 === 0 ? plain : far)));
    const asked: string[] = [];
    rib.up((set, family) => {
      asked.push(`${set.key}/${family}`);
      return { attributes: set.values };
    }, []);
    expect(asked).toEqual([`plain/${Family.Ipv4Unicast}`, `far/${Family.Ipv4Unicast}`]);
  });

  test("a session that comes back gets everything again", () => {
    const rib = established([route("192.0.2.1")]);
    rib.down();
    expect(rib.advertised).toBe(0);
    rib.up(pass, []);
    expect(show(rib.take())).toEqual(["+: 192.0.2.1/32"]);
  });
});

describe("while a session is up", () => {
  test("set sends only the difference, withdrawals first", () => {
    const rib = established([route("192.0.2.1"), route("192.0.2.2"), route("192.0.2.3")]);
    rib.set([route("192.0.2.2"), route("192.0.2.3", far), route("192.0.2.4")]);
    expect(show(rib.take())).toEqual(["-: 192.0.2.1/32", "+7: 192.0.2.3/32", "+: 192.0.2.4/32"]);
  });

  test("setting the same routes again sends nothing", () => {
    const rib = established([route("192.0.2.1")]);
    rib.set([route("192.0.2.1", wanted("plain"))]);
    expect(rib.hasOutgoing).toBe(false);
  });

  test("apply sends only what it names; a prefix in both lists is announced", () => {
    const rib = established([route("192.0.2.1"), route("192.0.2.2")]);
    rib.apply({ announce: [route("192.0.2.1", far)], withdraw: [v4("192.0.2.1"), v4("192.0.2.2"), v4("192.0.2.9")] });
    expect(show(rib.take())).toEqual(["-: 192.0.2.2/32", "+7: 192.0.2.1/32"]);
  });

  test("changes that were not taken coalesce, and one that is undone is never sent", () => {
    const rib = established([route("192.0.2.1")]);
    rib.apply({ announce: [route("192.0.2.2")] });
    rib.apply({ withdraw: [v4("192.0.2.2")] });
    rib.apply({ announce: [route("192.0.2.1", far)] });
    rib.apply({ announce: [route("192.0.2.1", plain)] });
    rib.apply({ withdraw: [v4("192.0.2.1")] });
    rib.apply({ announce: [route("192.0.2.1", plain)] });
    expect(rib.pending).toBe(0);
    expect(show(rib.take())).toEqual([]);
  });

  test("a route whose set had gone and came back equal before it was sent is not sent again", () => {
    const rib = established([route("192.0.2.1", far)]);
    rib.apply({ withdraw: [v4("192.0.2.1")] });
    rib.apply({ announce: [route("192.0.2.1", wanted("other name", { multiExitDisc: 7 }))] });
    expect(show(rib.take())).toEqual([]);
  });

  test("a budget splits the work without losing or repeating a prefix, and End-of-RIB comes last", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set(Array.from({ length: 100 }, (_, index) => route(`192.0.2.${index}`)));
    rib.up(pass, families);
    const seen: string[] = [];
    let turns = 0;
    while (rib.hasOutgoing) {
      const outgoing = rib.take(36);
      if (rib.hasOutgoing) expect(outgoing.endOfRib).toEqual([]);
      else expect(outgoing.endOfRib).toEqual(families);
      for (const batch of outgoing.batches) seen.push(...batch.nlri.map(formatPrefix));
      turns++;
    }
    expect(turns).toBe(5);
    expect(new Set(seen).size).toBe(100);
    expect(seen.length).toBe(100);
  });

  test("counts desired, advertised and pending prefixes", () => {
    const rib = established([route("192.0.2.1"), route("192.0.2.2")]);
    rib.apply({ announce: [route("192.0.2.3")], withdraw: [v4("192.0.2.1")] });
    expect([rib.size, rib.advertised, rib.pending]).toEqual([2, 2, 2]);
    rib.take();
    expect([rib.size, rib.advertised, rib.pending]).toEqual([2, 2, 0]);
    rib.set([]);
    rib.take();
    expect([rib.size, rib.advertised, rib.pending]).toEqual([0, 0, 0]);
  });

  test("a refresh sends one family again with its End-of-RIB, and a withdrawal still waiting stays one", () => {
    const rib = established([route("192.0.2.1"), route("192.0.2.2"), { prefix: v6(1), attributes: plain }]);
    rib.apply({ withdraw: [v4("192.0.2.2")] });
    rib.refresh(Family.Ipv4Unicast);
    expect(show(rib.take())).toEqual(["-: 192.0.2.2/32", "+: 192.0.2.1/32", "eor: 1"]);
    expect(rib.advertised).toBe(2);
  });
});

describe("the export policy", () => {
  const onlyNear: ExportPolicy<Wanted> = (set) => (set === far ? { refused: "too far" } : { attributes: set.values });

  test("finds the very route that is asked about among the desired ones", () => {
    const rib = new AdjRibOut<Wanted>();
    const desired: boolean[] = [];
    rib.up((set) => {
      desired.push(rib.has(v4("192.0.2.1")));
      return { attributes: set.values };
    }, []);
    rib.apply({ announce: [route("192.0.2.1")] });
    expect(desired).toEqual([true]);
  });

  test("a refused route is not sent and is listed with the reason", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set([route("192.0.2.1"), route("192.0.2.2", far)]);
    rib.up(onlyNear, []);
    expect(show(rib.take())).toEqual(["+: 192.0.2.1/32"]);
    expect(rib.refused()).toEqual([{ prefix: v4("192.0.2.2"), reason: "too far" }]);
  });

  test("a route that changes into a refused one is withdrawn, and comes back when it is no longer refused", () => {
    const rib = new AdjRibOut<Wanted>();
    rib.set([route("192.0.2.1")]);
    rib.up(onlyNear, []);
    rib.take();
    rib.apply({ announce: [route("192.0.2.1", far)] });
    expect(show(rib.take())).toEqual(["-: 192.0.2.1/32"]);
    rib.apply({ announce: [route("192.0.2.1", plain)] });
    expect(show(rib.take())).toEqual(["+: 192.0.2.1/32"]);
    expect(rib.refused()).toEqual([]);
  });

  test("reexport asks again and sends only what became different", () => {
    let closed = true;
    const rib = new AdjRibOut<Wanted>();
    rib.set([route("192.0.2.1"), route("192.0.2.2", far)]);
    rib.up((set) => (closed && set === far ? { refused: "closed" } : { attributes: set.values }), []);
    rib.take();
    closed = false;
    rib.reexport();
    expect(show(rib.take())).toEqual(["+7: 192.0.2.2/32"]);
    expect(rib.refused()).toEqual([]);
  });
});

test("random changes, taken in random slices, always leave the peer with exactly what is desired", () => {
  let seed = 42;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >>> 8) % below;
  };
  const sets = [plain, far, wanted("farther", { multiExitDisc: 9 })];
  const rib = new AdjRibOut<Wanted>();
  let desired = new Map<string, number | undefined>();
  let peer = new Map<string, number | undefined>();
  const take = (budget?: number): void => {
    for (const { attributes: set, nlri } of rib.take(budget).batches) {
      for (const prefix of nlri) {
        const text = formatPrefix(prefix);
        if (set === null) expect(peer.delete(text)).toBe(true);
        else {
          // Never a prefix twice: what is sent differs from what the peer has.
          expect(peer.has(text) && peer.get(text) === set.multiExitDisc).toBe(false);
          peer.set(text, set.multiExitDisc);
        }
      }
    }
  };
  rib.up(pass, []);
  for (let step = 0; step < 5000; step++) {
    const address = `192.0.2.${random(12)}`;
    const set = sets[random(3)] ?? plain;
    switch (random(8)) {
      case 0:
        desired = new Map([[`${address}/32`, set.values.multiExitDisc]]);
        rib.set([route(address, set)]);
        break;
      case 1:
        rib.down();
        peer = new Map();
        rib.up(pass, []);
        break;
      case 2:
      case 3:
        take(random(40));
        break;
      case 4:
        desired.delete(`${address}/32`);
        rib.apply({ withdraw: [v4(address)] });
        break;
      default:
        desired.set(`${address}/32`, set.values.multiExitDisc);
        rib.apply({ announce: [route(address, set)] });
    }
    if (step % 50 === 0) {
      take();
      expect(peer).toEqual(desired);
      expect(rib.advertised).toBe(desired.size);
    }
  }
});
