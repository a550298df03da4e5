import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodeChecks, type Ping } from "../../../src/health/checks/node-checks.ts";
import type { ProbeContext } from "../../../src/health/probe.ts";

const folder = await mkdtemp(join(tmpdir(), "vipcast-node-checks-"));
afterAll(() => rm(folder, { recursive: true }));

function context(signal = new AbortController().signal): ProbeContext {
  return { vip: "192.0.2.1/32", address: "192.0.2.1", interface: "lo", timeoutMs: 1000, signal };
}

describe("an echo request", () => {
  const gateway = { kind: "icmp", address: "10.0.0.254" } as const;

  it("is left to the ping that was given, and its time is told to a tenth of a millisecond", async () => {
    const asked: unknown[] = [];
    const ping: Ping = async (address, { signal }) => {
      asked.push(address, signal.aborted);
      return 0.4321;
    };
    expect(await nodeChecks({ ping }).probe(gateway, context())).toEqual({
      ok: true,
      detail: "10.0.0.254 answered after 0.4 ms",
    });
    expect(asked).toEqual(["10.0.0.254", false]);
  });

  it("fails with the reason, or as one whose time is up", async () => {
    const ping: Ping = () => Promise.reject(new Error("network is unreachable"));
    expect(await nodeChecks({ ping }).probe(gateway, context())).toMatchObject({
      ok: false,
      detail: "network is unreachable",
    });
    const outOfTime = await nodeChecks({ ping }).probe(gateway, context(AbortSignal.abort()));
    expect(outOfTime.ok).toBe(false);
    expect(outOfTime.detail).not.toContain("unreachable");
    expect(await nodeChecks().probe(gateway, context())).toMatchObject({
      ok: false,
      detail: expect.stringContaining("give nodeChecks a ping"),
    });
  });
});

it("a probe goes to what knows its kind", async () => {
  const checks = nodeChecks();
  const program = {
    kind: "exec",
    file: process.execPath,
    args: ["-e", "console.log(process.env.VIPCAST_VIP)"],
    env: {},
  } as const;
  expect(await checks.probe(program, context())).toMatchObject({
    ok: true,
    output: expect.stringContaining("192.0.2.1/32"),
  });
  const closed = await checks.probe({ kind: "tcp", host: "127.0.0.1", port: 1 }, context());
  expect(closed).toMatchObject({ ok: false, detail: expect.stringContaining("ECONNREFUSED") });
});

it("a file is there, is not there, or cannot be seen", async () => {
  const { exists } = nodeChecks();
  const file = join(folder, "maintenance");
  await writeFile(file, "");
  expect(await exists(file)).toBe(true);
  expect(await exists(join(folder, "other"))).toBe(false);
  expect(await exists(join(file, "below"))).toBe(false);
  await expect(exists(join(folder, "x".repeat(300)))).rejects.toMatchObject({ code: "ENAMETOOLONG" });
});
