import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { absence, Controller, Stage } from "./controller.ts";

const vip = "192.0.2.10/32";
const report = (alive: number, leader: boolean): string => JSON.stringify({ members: 3, alive, leader });

describe.skipIf(absence !== null)(`pushed verdicts and BIRD${absence === null ? "" : ` (${absence})`}`, () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open();
  });
  afterEach(() => stage.close());

  test("are waited for, followed, and run out when nobody renews them", async () => {
    const controller = await Controller.start(stage, "push-health", vip);
    await controller.said({ event: "vip.bound", vip });
    await controller.tell("explain");
    expect(await controller.said({ announced: false, health: "unknown" })).toMatchObject({
      reasons: [expect.stringContaining("nothing is known of its health yet")],
    });

    await controller.tell(report(3, false));
    const follower = await stage.route(vip, (route) => route !== undefined);
    expect(follower?.communities).toEqual(["65535:0"]);
    await controller.tell(report(3, true));
    await stage.route(vip, (route) => route?.communities.length === 0);
    await controller.tell(report(1, true));
    await stage.route(vip, (route) => route === undefined);
    expect(await controller.said({ event: "vip.unhealthy", vip })).toMatchObject({
      causes: ["no quorum: 1 of 3 members answer"],
    });

    // What makes no sense is no verdict: the good one before it runs out.
    await controller.tell(report(3, true));
    await stage.route(vip, (route) => route !== undefined);
    await controller.tell("all is well");
    await stage.route(vip, (route) => route === undefined);
    expect(controller.printed().findLast(({ event }) => event === "vip.unhealthy")).toMatchObject({
      causes: ["no verdict was pushed for 3000 ms, which is how long the last one was good for"],
    });
    expect(await stage.addresses()).toContain(vip);
    expect(await controller.stop("SIGTERM")).toMatchObject({ code: 0 });
    expect(await stage.addresses()).not.toContain(vip);
  });
});
