import { acceptAll, Family, MessageType, type Negotiated } from "@vipcast/bgp";
import { beforeEach, describe, expect, test } from "vitest";
import { type Peer, type RestartOptions, restartWarning, type Speaker, type StaleRoutesChange } from "../src/index.ts";
import { down, established, type PairOptions, pair, pauseFor, rawListener, speaker, until, up } from "./support.ts";

const [one, two] = ["192.0.2.1/32", "192.0.2.2/32"];
const families = ["ipv4-unicast"] as const;

function routesOf(peer: Peer): string {
  return [...peer.adjRibIn.routes()].map(({ prefix }) => prefix.bytes.join(".")).join(" ");
}

/** `helper` keeps the routes of a speaker that ends and comes back. */
let helper: Peer;
let first: Speaker;
let port: number;
let log: string[];

async function begin({ a = {}, b = {} }: PairOptions = {}): Promise<void> {
  log = [];
  const noted = ({ cause, routes, swept }: StaleRoutesChange): void =>
    void (routes > 0 && log.push(`${swept ?? "kept"} ${cause} ${routes}`));
  const made = await established({
    a: { families, gracefulRestart: 10, ...a },
    b: { families, gracefulRestart: { restartTime: 0 }, importPolicy: acceptAll, ...b },
    handlersB: { onStaleRoutes: noted, onEndOfRib: () => void log.push("End-of-RIB") },
  });
  helper = made.b;
  first = made.speakerA;
  port = made.speakerA.peers[0]?.snapshot().options.port ?? 0;
  made.a.routes.set([{ prefix: one }, { prefix: two }]);
  await until(() => helper.adjRibIn.size === 2, "the routes are there");
  await until(() => log.includes("End-of-RIB"), "End-of-RIB is there");
  log.length = 0;
}

/** The next process: it announces the first of the two routes alone. */
async function next(restart: RestartOptions): Promise<Speaker> {
  const made = speaker({ restart });
  const peer = made.addPeer({
    address: "127.0.0.2",
    asn: 65000,
    port,
    source: "127.0.0.1",
    connectRetry: 1,
    families,
    gracefulRestart: 10,
  });
  peer.routes.set([{ prefix: one }]);
  await up(peer);
  await up(helper);
  return made;
}

const preserved: RestartOptions = {
  restarted: () => true,
  forwardingPreserved: () => true,
  awaitInitialRoutes: true,
};

describe("a restart that graceful restart bridges", () => {
  test("moves no route until the initial ones are complete, and then drops what did not come back", async () => {
    await begin();
    await first.close({ mode: "restart", reason: "new version" });
    await down(helper);
    expect(log).toEqual(["kept restart 2"]);
    const { stale, lastNotificationReceived } = helper.snapshot();
    expect(stale).toMatchObject([
      { family: "ipv4-unicast", cause: "restart", routes: 2, why: expect.stringContaining("the peer restarts") },
    ]);
    expect(lastNotificationReceived?.text).toContain("Administrative Reset");
    const second = await next(preserved);
    expect(helper.snapshot().session?.gracefulRestart).toEqual({
      restartTime: 10,
      notification: true,
      restarted: true,
      families: [{ family: "ipv4-unicast", forwarding: true }],
    });
    await until(() => helper.snapshot().stale[0]?.routes === 1, "the first route has been announced again");
    await pauseFor(30);
    expect([routesOf(helper), log]).toEqual(["192.0.2.1 192.0.2.2", ["kept restart 2"]]);
    expect(second.peers[0]?.snapshot().session?.endOfRibOutstanding).toEqual(["ipv4-unicast"]);
    second.initialRoutesComplete();
    await until(() => helper.adjRibIn.size === 1, "the other one is dropped");
    expect([routesOf(helper), log]).toEqual(["192.0.2.1", ["kept restart 2", "End-of-RIB", "end-of-rib restart 1"]]);
    expect(helper.snapshot().stale).toEqual([]);
  });

  test("closes TCP without a word where the N bit was not agreed", async () => {
    await begin({ b: { gracefulRestart: { restartTime: 0, notification: false } } });
    await first.close({ mode: "restart" });
    await down(helper);
    expect([log, helper.snapshot().lastDown?.reason]).toEqual([["kept restart 2"], "connection-closed"]);
    expect(helper.snapshot().lastNotificationReceived).toBeUndefined();
  });

  test("is noticed by the new connection alone where the old one gives no sign: the session changes at once (RFC 4724 §5)", async () => {
    await begin({ a: { idleHold: { initial: 60, max: 60 } } });
    await next(preserved);
    await until(() => helper.snapshot().stale[0]?.routes === 1, "the first route has been announced again");
    expect([routesOf(helper), log]).toEqual(["192.0.2.1 192.0.2.2", ["kept restart 2"]]);
    expect(helper.snapshot()).toMatchObject({
      counters: { established: 2 },
      lastDown: { reason: "connection-closed", cause: expect.stringContaining("connected anew") },
    });
    expect(helper.snapshot().lastNotificationSent).toBeUndefined();
  });

  test("is none for a family whose forwarding state is not preserved, or when asking that throws", async () => {
    await begin();
    await first.close({ mode: "restart" });
    const throws = (): boolean => {
      throw new Error("who knows");
    };
    await next({ restarted: throws, forwardingPreserved: throws });
    await until(() => log.includes("not-preserved restart 2"), "the routes are dropped");
    expect(helper.snapshot().session?.gracefulRestart).toMatchObject({ restarted: false });
  });

  test("a stop is a Hard Reset, and everything is gone at once", async () => {
    await begin();
    await first.close({ reason: "maintenance" });
    await down(helper);
    expect([helper.adjRibIn.size, helper.snapshot().stale, log]).toEqual([0, [], []]);
    const { code, subcode, text } = helper.snapshot().lastNotificationReceived ?? {};
    expect([code, subcode]).toEqual([6, 9]);
    expect(text).toContain("maintenance");
  });

  test("without graceful restart a restart says Cease / Administrative Reset", async () => {
    await begin({ a: { gracefulRestart: { restartTime: 0 } }, b: { importPolicy: acceptAll } });
    await first.close({ mode: "restart" });
    await down(helper);
    expect(helper.adjRibIn.size).toBe(0);
    expect(helper.snapshot().lastNotificationReceived).toMatchObject({ code: 6, subcode: 4 });
  });
});

test("End-of-RIB waits for the initial routes no longer than the restart time", async () => {
  let ends = 0;
  const began = performance.now();
  await established({
    a: { families, gracefulRestart: 1 },
    b: { families, gracefulRestart: { restartTime: 0 } },
    speakerA: { restart: preserved },
    handlersB: { onEndOfRib: () => void ends++ },
  });
  await pauseFor(100);
  expect(ends).toBe(0);
  await until(() => ends === 1, "End-of-RIB comes");
  expect(performance.now() - began).toBeGreaterThan(900);
});

test("End-of-RIB waits for nothing where graceful restart is not offered, or nothing is to be waited for", async () => {
  let ends = 0;
  const handlersB = { onEndOfRib: () => void ends++ };
  await established({ a: { families }, speakerA: { restart: preserved }, handlersB });
  await until(() => ends === 1, "End-of-RIB comes");
  await pair({ a: { families, gracefulRestart: 10 }, handlersB, hosts: ["127.0.0.3", "127.0.0.4"] });
  await until(() => ends === 2, "End-of-RIB comes");
});

describe("asking again", () => {
  let seen: number[];
  let made: Awaited<ReturnType<typeof established>>;
  let wanted: (text: string) => boolean;

  async function withRefresh(enhancedRouteRefresh: boolean): Promise<void> {
    seen = [];
    wanted = () => true;
    made = await established({
      a: { families, enhancedRouteRefresh },
      b: { families, enhancedRouteRefresh, importPolicy: ({ bytes }) => wanted(bytes.join(".")) },
      handlersA: { onRouteRefresh: ({ subtype }) => void seen.push(subtype) },
      handlersB: { onRouteRefresh: ({ subtype }) => void seen.push(subtype) },
    });
    made.a.routes.set([{ prefix: one }, { prefix: two }]);
    await until(() => made.b.adjRibIn.size === 2, "the routes are there");
  }

  beforeEach(() => withRefresh(true));

  test("brings everything again, between begin and end (RFC 7313)", async () => {
    expect(made.b.refresh("ipv4-unicast")).toEqual(["ipv4-unicast"]);
    await until(() => seen.length === 3, "request, begin and end were seen");
    expect([seen, made.b.adjRibIn.size]).toEqual([[0, 1, 2], 2]);
    expect(made.b.snapshot().session?.routeRefresh).toBe("enhanced");
    expect(() => made.b.refresh("ipv6-unicast")).toThrow("is not one of this peer's");
  });

  test("is what a soft reset inbound does after the policy has changed, and the session stays", async () => {
    wanted = (text) => text !== "192.0.2.1";
    made.b.softReset("in");
    await until(() => made.b.adjRibIn.size === 1, "the refused one is gone");
    wanted = () => true;
    // Answered at most once a second; meanwhile nothing is lost.
    made.b.softReset("in");
    await until(() => made.b.adjRibIn.size === 2, "it is back");
    expect(made.b.snapshot().counters.established).toBe(1);
  });

  test("a soft reset outbound sends everything once more", async () => {
    const before = made.a.snapshot().counters.updatesSent;
    made.a.softReset("out");
    await until(() => seen.join() === "1,2", "begin and end were seen");
    expect(made.a.snapshot().counters.updatesSent).toBe(before + 1);
  });

  test("without RFC 7313 it is a plain request", async () => {
    await withRefresh(false);
    made.b.refresh();
    await until(() => seen.length === 1, "the request was seen");
    expect([seen, made.b.snapshot().session?.routeRefresh]).toEqual([[0], "plain"]);
  });

  test("asks nobody while there is no session", async () => {
    const [lonely] = [speaker().addPeer({ address: "127.0.0.9", asn: 65000, passive: true })];
    expect(lonely.refresh()).toEqual([]);
    lonely.softReset("in");
    lonely.softReset("out");
  });
});

test("graceful restart and BFD on one session are worth a warning", () => {
  const agreed = { restartBridged: true, gracefulRestart: { families: [{ family: Family.Ipv4Unicast }] } };
  const negotiated = agreed as unknown as Negotiated;
  expect(restartWarning(negotiated, true)).toContain("BFD");
  expect(restartWarning(negotiated, false)).toBeNull();
  expect(restartWarning({ ...negotiated, restartBridged: false }, true)).toBeNull();
});

describe("graceful restart and BFD on one session are told in the log", () => {
  const warnings: string[] = [];
  const quiet = (): void => undefined;
  const logger = {
    debug: quiet,
    info: quiet,
    warn: (_: object, text: string) => void warnings.push(text),
    error: quiet,
  };
  const agreed = { families, gracefulRestart: 10 };

  beforeEach(() => void warnings.splice(0));

  test("once a session, where BFD watches it", async () => {
    const made = await established({ a: { ...agreed, bfd: true }, b: agreed, speakerA: { logger } });
    expect(warnings).toEqual([expect.stringContaining("on a session that BFD watches")]);
    made.a.reset();
    await until(() => made.a.snapshot().counters.established === 2, "the session is up again");
    expect(warnings.filter((text) => text.includes("BFD"))).toHaveLength(2);
  });

  test("where the peer's OPEN asks for BFD (strict mode, capability 74)", async () => {
    const { port, next: dialled } = await rawListener("127.0.0.2");
    speaker({ logger }).addPeer({ address: "127.0.0.2", asn: 65000, port, ...agreed });
    const peer = await dialled();
    const family = Family.Ipv4Unicast;
    const restart = { restarted: false, notification: true, restartTime: 10, families: [{ family, forwarding: true }] };
    peer.send({
      type: MessageType.Open,
      asn: 65000,
      holdTime: 9,
      routerId: 0x0a000002,
      capabilities: [
        { code: 64, name: "graceful-restart", ...restart },
        { code: 74, name: "unknown", value: Uint8Array.of(0) },
      ],
    });
    peer.keepalive();
    await until(() => warnings.length > 0, "it warns");
    expect(warnings).toEqual([expect.stringContaining("on a session that BFD watches")]);
  });

  test("not where only one of the two is there", async () => {
    await established({ a: { families, bfd: true }, b: { families }, speakerA: { logger } });
    await established({ a: agreed, b: agreed, speakerA: { logger }, hosts: ["127.0.0.3", "127.0.0.4"] });
    expect(warnings).toEqual([]);
  });
});
