import { existsSync, readFileSync } from "node:fs";
import { Lab, LabError, Sandbox } from "@vipcast/lab";
import { afterEach, describe, expect, it } from "vitest";
import { vipcast } from "../support/command.ts";

const isolation = process.getuid?.() === 0 ? "privileged" : "rootless";
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function sandbox(): Promise<Sandbox> {
  const made = await Sandbox.start(isolation);
  closers.push(() => made.close());
  return made;
}

describe("a sandbox", () => {
  it("has a /run, processes and a network of its own", async () => {
    const inside = await sandbox();
    await inside.writeFile("/run/vipcast-lab-secret/file", "text");
    expect(await inside.readFile("/run/vipcast-lab-secret/file")).toBe("text");
    expect(existsSync("/run/vipcast-lab-secret")).toBe(false);
    expect((await inside.exec(null, ["sh", "-c", "ls -d /proc/[0-9]*"])).stdout).toMatch(/^\/proc\/1\n\/proc\/\d+\n/);
    expect((await inside.exec(null, ["ip", "-oneline", "link"])).stdout.trim().split("\n")).toHaveLength(1);
  });

  it("gives a failed command's own words, or its result when that is wanted", async () => {
    const inside = await sandbox();
    await expect(inside.exec(null, ["sh", "-c", "echo oh no >&2; exit 3"])).rejects.toThrow(/exit code 3\): oh no/);
    const options = { allowFailure: true };
    expect(await inside.exec(null, ["sh", "-c", "cat; exit 3"], { ...options, input: "in" })).toEqual({
      code: 3,
      signal: null,
      stdout: "in",
      stderr: "",
    });
    expect(await inside.exec(null, ["/no/such/program"], options)).toMatchObject({ code: 127 });
    expect(await inside.exec(null, ["sleep", "9"], { ...options, timeoutMs: 100 })).toMatchObject({
      signal: "SIGKILL",
    });
  });

  it("relays a long-lived process line by line, takes its input and signals, and tells how it ended", async () => {
    const inside = await sandbox();
    const process = await inside.spawn(null, [
      "sh",
      "-c",
      "while read line; do echo got $line; done; echo over >&2; sleep 9",
    ]);
    expect(readFileSync(inside.procPath(process.pid, "comm"), "utf8")).toBe("sh\n");
    await process.write("one\ntwo\n");
    await expect.poll(() => process.lines.map((line) => line.text)).toEqual(["got one", "got two"]);
    await process.signal("SIGTERM");
    expect(await process.exited).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  it("rejects what is still asked of it after its end", async () => {
    const inside = await sandbox();
    const pending = inside.exec(null, ["sleep", "9"]);
    const ended = expect(pending).rejects.toMatchObject({ code: "lab-ended" });
    await inside.close();
    await ended;
    await expect(inside.exec(null, ["true"])).rejects.toBeInstanceOf(LabError);
  });
});

describe("a lab", () => {
  it("gives every host its addresses and routes, and a node's link and segment can be cut and mended", async () => {
    const lab = await Lab.start({ nodeCommand: [process.execPath, vipcast], nodes: 2 });
    closers.push(() => lab.close());
    const reach = async (from: string, to: string): Promise<boolean> => {
      const script = `const [host,port]=["${to}",8080];const s=require("net").connect({host,port},()=>{});s.on("data",()=>process.exit(0));s.on("error",()=>process.exit(1));setTimeout(()=>process.exit(1),400)`;
      const { code } = await lab.sandbox.exec(from, [process.execPath, "-e", script], { allowFailure: true });
      return code === 0;
    };
    expect(await reach("client", "10.0.0.1")).toBe(true);
    expect(await reach("client", "fd00::2")).toBe(true);
    expect(await reach("node1", "10.0.0.2")).toBe(true);
    await lab.node("node1").partition();
    expect(await reach("client", "10.0.0.1")).toBe(false);
    await lab.node("node1").heal();
    expect(await reach("client", "10.0.0.1")).toBe(true);
    await lab.node("node2").linkDown();
    expect(await reach("client", "10.0.0.2")).toBe(false);
    await lab.node("node2").linkUp();
    expect(await reach("client", "10.0.0.2")).toBe(true);
  });

  it("comes back after its router was restarted", async () => {
    const lab = await Lab.start({ nodeCommand: [process.execPath, vipcast], nodes: 2 });
    closers.push(() => lab.close());
    await Promise.all(lab.nodes.map((node) => node.start()));
    await lab.waitForNextHops(["node1", "node2"]);
    expect(await lab.router.bgpTable("2001:db8::10/128")).toMatchObject([
      { peer: "10.0.0.1", nextHop: "fd00::1", asPath: [65001], origin: "igp", multipath: true },
      { peer: "10.0.0.2", nextHop: "fd00::2", asPath: [65001], origin: "igp", multipath: true },
    ]);
    expect(await lab.router.sessions()).toMatchObject([
      { peer: "10.0.0.1", state: "established", holdTime: 3 },
      { peer: "10.0.0.2", state: "established", holdTime: 3 },
    ]);
    await lab.router.restart();
    expect(await lab.nextHops("192.0.2.10/32")).toEqual([]);
    await lab.waitForNextHops(["node1", "node2"]);
  });
});
