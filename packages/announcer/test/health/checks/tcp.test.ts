import { createServer as createTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { descriptors, listening, run } from "./carried-out.ts";

describe("a tcp check", () => {
  it("succeeds when something listens, and names the refusal when nothing does", async () => {
    const server = createTcp((socket) => socket.on("error", () => {}).resume());
    const port = await listening(server);
    expect(await run({ tcp: `127.0.0.1:${port}` })).toEqual({
      ok: true,
      detail: `connected to 127.0.0.1 port ${port}`,
    });
    await new Promise((resolve) => server.close(resolve));
    expect(await run({ tcp: `127.0.0.1:${port}` })).toEqual({
      ok: false,
      detail: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    // Every address of a name was tried.
    expect((await run({ tcp: `localhost:${port}` })).detail).toContain("ECONNREFUSED");
  });

  it("leaves no descriptor behind, neither when it succeeds nor when it fails or is stopped", async () => {
    const server = createTcp((socket) => socket.on("error", () => {}).resume());
    const port = await listening(server);
    await run({ tcp: `127.0.0.1:${port}` });
    const before = descriptors();
    for (let round = 0; round < 100; round++) {
      await run({ tcp: `127.0.0.1:${port}` });
      await run({ tcp: "127.0.0.1:1" });
    }
    const stopped = await Promise.all(Array.from({ length: 20 }, () => run({ tcp: "192.0.2.1:9" }, 1)));
    expect(stopped.every(({ ok }) => !ok)).toBe(true);
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 2);
  });
});
