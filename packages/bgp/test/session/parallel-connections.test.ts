import { describe, expect, test } from "vitest";
import { peerConfig } from "../../src/fsm/config.ts";
import { PeerConfigError } from "../../src/fsm/validate.ts";
import { ParallelConnections } from "../../src/session/parallel-connections.ts";
import { heard } from "./scripted.ts";

const config = peerConfig({ localAs: 65001, remoteAs: 65000, routerId: 0x0a000001, holdTime: 9, connectRetry: 8 });

function connections(): ParallelConnections {
  return new ParallelConnections({ config, random: () => 0.5 });
}

/** An inbound connection that has sent its OPEN. */
function openedInbound(both: ParallelConnections): void {
  const inbound = both.openInbound();
  for (const event of [...inbound.startAfterFailures(0, 0, 0), ...inbound.tick(0), ...inbound.connected(0)])
    if (event.kind === "state") both.states.enter("inbound", event.to);
}

describe("the parallel connections of a peer", () => {
  test("the dialled one is always there, the accepted one from its opening to its end", () => {
    const both = connections();
    expect(both.get("outbound")).toBe(both.outbound);
    expect(both.get("inbound")).toBeNull();
    const inbound = both.openInbound();
    expect(both.get("inbound")).toBe(inbound);
    expect(both.inbound).toBe(inbound);
    expect(both.forgetInbound()).toBe(inbound);
    expect(both.inbound).toBeNull();
    expect(both.forgetInbound()).toBeNull();
  });

  test("an accepted connection never dials, although its peer's configuration does", () => {
    const both = connections();
    expect(both.outbound.config.passive).toBe(false);
    expect(both.openInbound().config.passive).toBe(true);
  });

  test("the furthest is by the states that were told", () => {
    const both = connections();
    expect(both.furthest).toBe(both.outbound);
    openedInbound(both);
    expect(both.furthest).toBe(both.inbound);
    both.forgetInbound();
    expect(both.furthest).toBe(both.outbound);
  });

  test("what an accepted connection still had to say is taken once, and not as the words of the next one", () => {
    const both = connections();
    openedInbound(both);
    both.forgetInbound();
    const lastWords = both.takeOutput("inbound");
    expect(heard({ takeOutput: () => lastWords })).toEqual(["OPEN 65001 9"]);
    expect(both.takeOutput("inbound")).toBeNull();
    openedInbound(both);
    both.forgetInbound();
    both.openInbound();
    expect(both.takeOutput("inbound")).toBeNull();
  });

  test("the next deadline is the earlier of the two", () => {
    const both = connections();
    expect(both.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    both.outbound.startAfterFailures(0, 0, 5000);
    both.openInbound().startAfterFailures(0, 0, 700);
    expect(both.nextDeadline()).toBe(700);
    both.forgetInbound();
    expect(both.nextDeadline()).toBe(5000);
  });

  test("a configuration that is no good is refused at once", () => {
    expect(() => new ParallelConnections({ config: { ...config, holdTime: 2 }, random: () => 0.5 })).toThrow(
      PeerConfigError,
    );
  });
});
