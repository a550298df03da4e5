import { describe, expect, it } from "vitest";
import { HostIndex, isOurs, keyOf } from "../../src/host/host-index.ts";
import { bindingOf } from "../../src/plan/view.ts";
import type { HostAddress } from "../../src/ports.ts";
import { vip } from "../fakes/world.ts";

const binding = bindingOf(vip("192.0.2.1"));
const key = keyOf(binding);
const ours: HostAddress = {
  address: "192.0.2.1",
  prefixLength: 32,
  interface: "lo",
  kind: "address",
  scope: "host",
  mark: "ours",
};
const loopback: HostAddress = { ...ours, address: "127.0.0.1", prefixLength: 8, mark: "other" };

function index(...addresses: HostAddress[]): HostIndex {
  const made = new HostIndex();
  made.finishDump({ addresses: [loopback, ...addresses], links: [{ name: "lo", up: true }] });
  return made;
}

describe("HostIndex", () => {
  it("has an address as soon as it was bound, before the kernel says so", () => {
    const host = index();
    host.beginBind(binding).done();
    expect(host.get(key)?.mark).toBe("ours");
    expect(host.at("192.0.2.1")).toHaveLength(1);
    expect(host.added(ours)).toBe(false);
    expect(host.removed(ours)).toBe(true);
    expect(host.get(key)).toBeUndefined();
  });

  it("does not believe a removal that is older than its own bind", () => {
    const host = index();
    host.beginBind(binding).done();
    host.unbound(binding);
    host.beginBind(binding).done();
    expect([host.added(ours), host.removed(ours), host.added(ours)]).toEqual([false, false, false]);
    expect(host.get(key)).toBeDefined();
    expect(host.removed(ours)).toBe(true);
  });

  it("knows that an address was removed again before bind had answered", () => {
    const host = index();
    const own = host.beginBind(binding);
    host.added(ours);
    host.removed(ours);
    own.done();
    expect(host.get(key)).toBeUndefined();
  });

  it("takes news for what it is after a bind that failed", () => {
    const host = index();
    host.beginBind(binding).failed();
    expect(host.added({ ...ours, mark: "other" })).toBe(true);
    expect(host.get(key)?.mark).toBe("other");
  });

  it("replays over a dump what happened while it was taken", () => {
    const host = index(ours);
    host.beginDump();
    host.removed(ours);
    host.linkChanged({ name: "lo", up: false });
    host.finishDump({ addresses: [loopback, ours], links: [{ name: "lo", up: true }] });
    expect(host.get(key)).toBeUndefined();
    expect(host.link("lo")?.up).toBe(false);
    host.beginDump();
    host.beginBind(binding).done();
    host.finishDump({ addresses: [loopback], links: [] });
    expect(host.get(key)).toBeDefined();
  });

  it("notices that an address went while its bind was under way, although a dump came in between", () => {
    const host = index();
    const own = host.beginBind(binding);
    host.added(ours);
    host.beginDump();
    host.finishDump({ addresses: [loopback, ours], links: [] });
    host.removed(ours);
    own.done();
    expect(host.get(key)).toBeUndefined();
    // Nothing is awaited of it any more.
    host.added(ours);
    expect(host.removed(ours)).toBe(true);
  });

  it("keeps what was reported while a bind was under way that failed in the end, unless it went again", () => {
    const host = index();
    const failing = host.beginBind(binding);
    host.added({ ...ours, mark: "other" });
    failing.failed();
    expect(host.get(key)?.mark).toBe("other");
    const gone = index();
    const again = gone.beginBind(binding);
    gone.added(ours);
    gone.removed(ours);
    again.failed();
    expect(gone.get(key)).toBeUndefined();
  });

  it("does not believe a dump in an address that went while it was under way, known before or not", () => {
    const host = new HostIndex();
    host.beginDump();
    expect(host.removed(ours)).toBe(false);
    host.finishDump({ addresses: [loopback, ours], links: [] });
    expect(host.get(key)).toBeUndefined();
  });

  it("takes an address whose bind was never reported for gone when it is removed while a dump is under way", () => {
    const host = index();
    host.beginBind(binding).done();
    // News of the bind was lost, and so the host is looked at; what the dump has seen is older than the removal.
    host.newsLost();
    host.beginDump();
    expect(host.removed(ours)).toBe(true);
    expect(host.get(key)).toBeUndefined();
    host.finishDump({ addresses: [loopback, ours], links: [] });
    expect(host.get(key)).toBeUndefined();
    expect(host.added(ours)).toBe(true);
    expect(host.get(key)).toBeDefined();
  });

  it("doubts the news until a dump that began after some was lost, also where one fails or was under way already", () => {
    const doubts = (between: (host: HostIndex) => void): boolean => {
      const host = index();
      between(host);
      host.beginBind(binding).done();
      return host.removed(ours);
    };
    const dump = { addresses: [loopback], links: [] };
    expect(doubts(() => {})).toBe(false);
    expect(doubts((host) => host.newsLost())).toBe(true);
    const failed = (host: HostIndex): void => {
      host.newsLost();
      host.beginDump();
      host.abandonDump();
    };
    expect(doubts(failed)).toBe(true);
    const early = (host: HostIndex): void => {
      host.beginDump();
      host.newsLost();
      host.finishDump(dump);
    };
    expect(doubts(early)).toBe(true);
    const looked = (host: HostIndex): void => {
      early(host);
      host.beginDump();
      host.finishDump(dump);
    };
    expect(doubts(looked)).toBe(false);
  });

  it("keeps one whose bind is reported after the removal of its earlier life, although both come during a dump", () => {
    const host = index(ours);
    host.unbound(binding);
    host.beginDump();
    host.beginBind(binding).done();
    expect([host.removed(ours), host.added(ours)]).toEqual([false, false]);
    host.finishDump({ addresses: [loopback], links: [] });
    expect(host.get(key)).toBeDefined();
    expect(host.removed(ours)).toBe(true);
  });

  it("does not believe in a bind that is answered after its address was removed during a dump, unless it is reported then", () => {
    const made = (reported: boolean): HostIndex => {
      const host = index();
      const own = host.beginBind(binding);
      host.newsLost();
      host.beginDump();
      host.removed(ours);
      host.finishDump({ addresses: [loopback, ours], links: [] });
      if (reported) host.added(ours);
      expect(own.done()).toBe(reported);
      return host;
    };
    expect(made(false).get(key)).toBeUndefined();
    expect(made(true).get(key)).toBeDefined();
  });

  it("leaves it to a dump that was taken over meanwhile whether an address is there of whose bind nothing is heard", () => {
    const after = (...addresses: HostAddress[]): [HostIndex, boolean] => {
      const host = index();
      const own = host.beginBind(binding);
      host.beginDump();
      host.finishDump({ addresses: [loopback, ...addresses], links: [] });
      return [host, own.done()];
    };
    const [kept, known] = after(ours);
    expect([kept.get(key), known]).toEqual([ours, true]);
    const [open, knownToo] = after();
    expect([open.get(key), knownToo]).toEqual([undefined, false]);
    expect(open.added(ours)).toBe(true);
    expect(open.get(key)).toBeDefined();
  });

  it("keeps what it knew when a dump failed", () => {
    const host = index(ours);
    host.beginDump();
    host.abandonDump();
    expect(host.get(key)).toBeDefined();
  });

  it("says that a repeated piece of news is none", () => {
    const host = index(ours);
    expect(host.added(ours)).toBe(false);
    expect(host.added({ ...ours, mark: "other" })).toBe(true);
    expect(host.linkChanged({ name: "lo", up: true })).toBe(false);
    expect(host.linkChanged({ name: "lo", up: false })).toBe(true);
    expect(host.removed({ ...ours, address: "192.0.2.9" })).toBe(false);
  });

  it("lists subnets, without host routes and link-local addresses", () => {
    const host = index(
      { ...ours, address: "10.0.0.5", prefixLength: 24 },
      { ...ours, address: "fe80::1", prefixLength: 64, scope: "link" },
      ours,
    );
    expect([...host.subnets].map(({ network }) => network)).toEqual(["127.0.0.0", "10.0.0.0"]);
    host.removed({ ...ours, address: "10.0.0.5", prefixLength: 24 });
    expect([...host.subnets]).toHaveLength(1);
  });
});

describe("isOurs", () => {
  it("believes the mark, and the ledger only where there is no mark", () => {
    const inLedger = (entry: string): boolean => entry === "192.0.2.1/32 lo";
    expect(isOurs(ours, () => false)).toBe(true);
    expect(isOurs({ ...ours, mark: "other" }, inLedger)).toBe(false);
    expect(isOurs({ ...ours, mark: "unknown" }, inLedger)).toBe(true);
    expect(isOurs({ ...ours, mark: "unknown", interface: "eth0" }, inLedger)).toBe(false);
  });
});

it("takes with an interface that goes whatever stood on it, of which the kernel says nothing when it is a route", () => {
  const index = new HostIndex();
  const on = (name: string) =>
    ({
      address: "198.51.100.0",
      prefixLength: 25,
      interface: name,
      scope: "host",
      kind: "route",
      mark: "ours",
    }) as const;
  index.finishDump({ addresses: [on("eth1"), on("lo")], links: [{ name: "eth1", up: true }] });
  index.linkRemoved("eth1");
  expect(index.at("198.51.100.0")).toEqual([on("lo")]);
  expect(index.link("eth1")).toBeUndefined();
});

it("takes one that comes with somebody else's mark while its own bind is under way for what it is, and its end too", () => {
  const host = index();
  const own = host.beginBind(binding);
  const foreign = { ...ours, mark: "other" } as const;
  expect(host.added(foreign)).toBe(true);
  expect(host.get(key)).toEqual(foreign);
  expect(host.removed(foreign)).toBe(true);
  expect(host.get(key)).toBeUndefined();
  own.failed();
  expect(host.get(key)).toBeUndefined();
});
