import { execFileSync, spawn } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ControlClient } from "../../src/control/client/client.ts";
import type { VipView } from "../../src/control/resources/vip.ts";
import { vipcast } from "../support/in-process.ts";
import { canMakeNamespaces, cli, type Node, type TestPeer, World } from "../support/world.ts";

const page = readFileSync(new URL("../../../../docs/cli.md", import.meta.url), "utf8");

/** What docs/cli.md shows below a command. */
function shown(command: string): string {
  const block = page.split("```").find((text) => text.trimStart().startsWith(`$ ${command}\n`));
  if (block === undefined) throw new Error(`docs/cli.md does not show ${command}`);
  return block.trimStart().slice(command.length + 3);
}

/** The same for two runs: times, process ids, paths of this test. */
function settled(text: string, folder: string): string {
  return (
    text
      .replaceAll(folder, "/etc/vipcast")
      // The instance is named after the folder of the state.
      .replace(/ \(dir_\S+\)/, "")
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, "TIME")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
      .replace(/process \d+/g, "process N")
      .replace(/\b\d+(\.\d+)?(ms|s|m|h)( \d+s)?( ago)?\b/g, "SPAN")
      .replace(/\d+ (failed|succeeded) in a row, \d+ of \d+ failed/g, "N $1 in a row")
      .replace(/\d+(st|nd|rd|th) failure in a row/g, "Nth failure in a row")
      .replace(/[ ]+/g, " ")
  );
}

describe.skipIf(!canMakeNamespaces)("verbs and a running daemon", () => {
  let world: World;
  let node: Node;
  let peer: TestPeer;
  beforeAll(async () => {
    world = new World();
    write(`[{ prefix: 192.0.2.10, drain: 200ms }, ${sick}]`);
    peer = await world.peer({ peers: [{ address: "10.9.0.1", asn: 65001, passive: true, gracefulRestart: 10 }] });
    node = world.run();
    await peer.lines.until("announced");
    await node.lines.until("vip.unhealthy");
    await vi.waitUntil(async () => (await ask("status")).code === 3, { timeout: 5000, interval: 100 });
  });
  afterAll(() => world.close());

  const sick = "{ prefix: 2001:db8:2::10, check: { tcp: '127.0.0.1:6443', interval: 100ms, timeout: 100ms } }";
  const write = (vips: string): void =>
    world.configure(vips, {
      more: `control: { socket: ${world.stateDir}/vipcast.sock }\n`,
      peer: ", gracefulRestart: 5",
    });

  const where = (): string[] => ["--socket", join(world.stateDir, "vipcast.sock")];
  /** The socket is a file: the verbs need not be inside the node. */
  const ask = (...args: readonly string[]): ReturnType<typeof vipcast> => vipcast(...args, ...where());
  const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await ask(...args, "--json")).out);

  test.each(["status", "peers", "vips", "routes", "explain 2001:db8:2::10"])(
    "docs/cli.md shows what %s really prints",
    async (words) => {
      const { out, err } = await ask(...words.split(" "));
      expect(err).toBe("");
      expect(settled(out, world.stateDir)).toBe(settled(shown(`vipcast ${words}`), world.stateDir));
    },
  );

  test("status exits with 3 when something is wrong, and is one object with --json", async () => {
    expect((await ask("status")).code).toBe(3);
    expect(await json("status")).toMatchObject({ healthy: false, vips: { configured: 2, announced: 1, unhealthy: 1 } });
  });

  test("a virtual IP that nobody declared is explained as that, and exits with 2; so does one that is to be drained", async () => {
    const { code, out } = await ask("explain", "192.0.2.99");
    expect(code).toBe(2);
    expect(out).toContain("Nothing declares 192.0.2.99");
    expect(await ask("drain", "192.0.2.99")).toMatchObject({ code: 2, err: expect.stringContaining("192.0.2.99") });
  });

  test("a daemon of another version is noticed by its answer", async () => {
    const client = new ControlClient(join(world.stateDir, "vipcast.sock"), "9.9.9");
    await client.ask({ path: "/v1/status" });
    expect(client.mismatch).toMatch(/^The daemon is vipcast \d+\.\d+\.\d+\S* and this command is 9\.9\.9: /);
  });

  test("completion asks the daemon for names", async () => {
    expect((await ask("completion", "vips")).out).toBe("192.0.2.10/32\n2001:db8:2::10/128\n");
    expect((await ask("completion", "peers")).out).toBe("10.9.0.254\n");
    // The daemon that the line names, by the program that the line begins with.
    writeFileSync(join(world.stateDir, "complete"), (await vipcast("completion", "bash")).out);
    symlinkSync(cli, join(world.stateDir, "vipcast"));
    const line = `./vipcast drain --socket ${join(world.stateDir, "vipcast.sock")} 192`;
    const source = `source ./complete; COMP_LINE=$1; COMP_POINT=\${#1}; _vipcast; echo "\${COMPREPLY[@]}"`;
    const offered = execFileSync("bash", ["-c", source, "bash", line], { cwd: world.stateDir, encoding: "utf8" });
    expect(offered).toBe("192.0.2.10/32\n");
  });

  test("the router's side is made from the daemon as well, with the address of the session", async () => {
    const { out } = await ask("peers", "--router-config", "bird");
    expect(out).toContain("neighbor 10.9.0.1;");
    expect(out).toContain("192.0.2.10/32");
  });

  test("events are those of the past, and with --follow those of the future too", async () => {
    const lines = (await ask("events", "--since", "10m", "--json")).out.trim().split("\n");
    const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(expect.arrayContaining(["vip.bound", "peer.established", "vip.announced", "vip.unhealthy"]));
    const one = (await ask("events", "--vip", "192.0.2.10")).out;
    expect(one).toContain("192.0.2.10/32 is bound on lo");
    expect(one).not.toContain("2001:db8:2::10");

    const follower = spawn(process.execPath, [
      cli,
      "events",
      "--follow",
      "--socket",
      join(world.stateDir, "vipcast.sock"),
    ]);
    let text = "";
    follower.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await expect
      .poll(
        async () => {
          await ask("reload");
          return text;
        },
        { timeout: 5000, interval: 200 },
      )
      .toContain("config.reloaded");
    follower.kill("SIGINT");
    expect(await new Promise((resolve) => follower.on("close", resolve))).toBe(0);
  });

  test("a drain shows its steps, stays, and is taken back", async () => {
    const text = (await ask("drain", "192.0.2.10")).out;
    expect(settled(text, world.stateDir)).toBe(settled(shown("vipcast drain 192.0.2.10"), world.stateDir));
    expect(world.loopback()).toEqual(["2001:db8:2::10/128"]);
    expect((await ask("explain", "192.0.2.10")).out).toContain(
      "Put it back into service with vipcast undrain 192.0.2.10/32",
    );
    expect((await ask("undrain", "192.0.2.10")).out).toContain("192.0.2.10/32 is put back into service");
    await expect.poll(async () => (await json("explain", "192.0.2.10")).state).toBe("announced");
    const lines = (await ask("drain", "--json")).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ vip }) => vip !== "2001:db8:2::10/128").map(({ event }) => event)).toEqual([
      "vip.draining",
      "vip.withdrawn",
      "vip.unbound",
      undefined,
    ]);
    expect(lines.at(-1)).toEqual({ drained: true, complete: true, vips: 2 });
    expect((await ask("status")).out).toContain("the node is drained: vipcast undrain puts it back into service");
    expect((await ask("undrain")).out).toContain("2 virtual IPs put back into service");
    await expect.poll(async () => (await json("explain", "192.0.2.10")).state).toBe("announced");
  });

  test("a drain that somebody takes back is no success", async () => {
    // Asked without a verb, for two verbs in one process would take each other's output.
    const client = new ControlClient(join(world.stateDir, "vipcast.sock"), "0");
    const drain = ask("drain", "192.0.2.10");
    const state = async (): Promise<string> => (await client.ask<VipView>({ path: "/v1/vips/192.0.2.10" })).state;
    await expect.poll(state, { interval: 10 }).toBe("draining");
    await client.ask({ method: "POST", path: "/v1/vips/192.0.2.10/undrain" });
    expect(await drain).toMatchObject({ code: 1, err: expect.stringContaining("somebody has taken the drain back") });
  });

  test("a reload says what it costs before it does it, and a file with a problem changes nothing and exits with 2", async () => {
    write(`[{ prefix: 192.0.2.10, drain: 200ms }, ${sick}, { prefix: 192.0.2.11 }]`);
    const dry = await ask("reload", "--dry-run");
    expect(dry.out).toBe(shown("vipcast reload --dry-run"));
    expect(world.loopback()).not.toContain("192.0.2.11/32");
    expect((await ask("reload")).out).toContain("1 change made");
    write("[{ prefix: 192.0.2.10/24 }]");
    const broken = await ask("reload");
    expect([broken.code, broken.out]).toEqual([2, ""]);
    expect(broken.err).toMatch(
      /vipcast\.yaml:5:\d+: vips\[0\]\.prefix: .*bits set beyond its length.*\nNothing was changed\.\n$/,
    );
    expect(await ask("restart")).toMatchObject({ code: 2, err: expect.stringContaining("The next start would fail") });
  });

  test("a reload with --confirm is kept by confirm, and taken back by rollback", async () => {
    write(`[{ prefix: 192.0.2.10, drain: 200ms }, ${sick}]`);
    expect((await ask("reload", "--confirm", "60s")).out).toContain("unless it is confirmed: vipcast reload confirm");
    expect((await ask("reload", "confirm")).out).toBe("confirmed: the configuration stays\n");
    expect((await ask("reload", "confirm")).code).toBe(2);
    write(`[{ prefix: 192.0.2.10, drain: 200ms }, ${sick}, { prefix: 192.0.2.12 }]`);
    expect((await json("reload", "--confirm", "60s")).confirm).toMatchObject({ remainingMs: expect.any(Number) });
    expect((await ask("status")).out).toContain("unless it is confirmed: vipcast reload confirm");
    // The next process would know nothing of the confirmation.
    expect(await ask("restart")).toMatchObject({ code: 2, err: expect.stringContaining("waits for its confirmation") });
    expect((await ask("reload", "rollback")).out).toBe("rolled back: what ran before runs again\n");
    expect((await ask("status")).out).toContain("rolled back");
    expect((await ask("vips")).out).not.toContain("192.0.2.12/32  announced");
  });

  test("a restart takes no route and no address away, and stop ends in order", async () => {
    write(`[{ prefix: 192.0.2.10, drain: 200ms }, ${sick}]`);
    const before = await json("status");
    const withdrawn = peer.lines.of("withdrawn").length;
    const restarted = await json("restart");
    expect(restarted).toMatchObject({ state: "restarted", pid: before.pid });
    expect((await json("status")).startedAt).not.toBe(before.startedAt);
    await expect.poll(async () => (await json("explain", "192.0.2.10")).state).toBe("announced");
    expect(peer.lines.of("withdrawn")).toHaveLength(withdrawn);
    const { code, out } = await ask("stop");
    expect([code, out]).toEqual([0, expect.stringMatching(/stopped after /)]);
    expect(await node.exit).toBe(0);
    expect(world.loopback()).toEqual([]);
    expect((await ask("status")).code).toBe(1);
  });
});
