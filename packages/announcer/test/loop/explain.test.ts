import { describe, expect, it } from "vitest";
import { portError } from "../fakes/fake-host.ts";
import { vip, World } from "../fakes/world.ts";

const V = "192.0.2.10/32";

describe("explain", () => {
  it("says why a VIP is announced, and to whom with what", async () => {
    const world = new World();
    await world.begin(vip(V, { med: 5 }));
    expect(world.announcer.explain("192.0.2.10")).toMatchObject({
      vip: V,
      state: "announced",
      announced: true,
      bound: true,
      reasons: ["it is bound on lo, healthy and not draining"],
      next: [],
      peers: [
        {
          peer: "10.0.0.254",
          established: true,
          announced: true,
          why: "the route was sent on this session",
          attributes: { med: 5 },
          fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
        },
      ],
    });
  });

  it("names the end of a session that is not there", async () => {
    const world = new World();
    await world.begin(vip(V));
    world.routes.drop("10.0.0.254");
    await world.clock.advance(1);
    expect(world.announcer.explain(V).peers[0]).toMatchObject({
      established: false,
      announced: false,
      why: "the session is Idle; it last ended because the hold timer expired; the route is sent when it is Established",
    });
    world.routes.establish("10.0.0.254");
    await world.clock.advance(1);
    expect(world.announcer.explain(V).peers[0]?.announced).toBe(true);
  });

  it("names the step that failed, with the kernel's words, and when it is tried again", async () => {
    const world = new World();
    world.host.weather = (operation) => ({
      delayMs: 0,
      ...(operation === "bind" ? { error: portError("EPERM", "Operation not permitted") } : {}),
    });
    await world.begin(vip(V));
    const { failure, reasons } = world.announcer.explain(V);
    expect(failure).toMatchObject({ step: "bind", code: "EPERM", attempt: 1 });
    expect(failure?.retryInMs).toBeGreaterThan(0);
    expect(reasons[0]).toContain("bind failed 1 time(s), the last time with: Operation not permitted (EPERM)");
  });

  it("names a host that cannot be observed, and an interface that is not there, instead of one that is down", async () => {
    const world = new World();
    world.announcer.set([vip(V)]);
    expect(world.announcer.explain(V).reasons).toEqual([
      "nothing is bound or announced before the host has been observed",
    ]);
    const observe = world.host.observe.bind(world.host);
    world.host.observe = async () => {
      throw portError("ENOBUFS", "the answer was cut short");
    };
    void world.announcer.start();
    await world.clock.advance(5);
    expect(world.announcer.explain(V).reasons).toEqual([
      "nothing is bound or announced before the host has been observed: the host's addresses cannot be observed: the answer was cut short (ENOBUFS, attempt 1)",
    ]);
    world.host.observe = observe;
    await world.clock.advance(1000);
    expect(world.announcer.explain(V)).toMatchObject({ state: "announced" });
    world.announcer.set([vip(V), vip("192.0.2.11", { interface: "eth7" })]);
    await world.clock.advance(5);
    expect(world.announcer.explain("192.0.2.11").reasons.at(-1)).toBe("there is no interface eth7");
  });

  it("names the state of a VIP that is drained, refused, or unknown", async () => {
    const world = new World();
    await world.begin(vip(V), vip("192.0.2.11"));
    void world.announcer.drain(V);
    world.host.put("192.0.2.11", 24, "eth0");
    await world.clock.advance(1000);
    expect(world.announcer.explain("192.0.2.11")).toMatchObject({
      state: "refused",
      refusal: { rule: "host-address" },
    });
    world.host.take("192.0.2.11/24", "eth0");
    await world.clock.advance(5);
    expect(world.announcer.explain(V)).toMatchObject({
      state: "drained",
      reasons: [expect.stringContaining("undrain"), expect.anything()],
    });
    expect(world.announcer.explain("192.0.2.99")).toMatchObject({ state: "unknown", announced: false });
    expect(world.announcer.explain("nonsense").state).toBe("unknown");
    expect(world.announcer.vips().map(({ vip: name }) => name)).toEqual([V, "192.0.2.11/32"]);
  });
});
