import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

/** Runs a module in a process of its own, which ends by itself or fails the test, and reads the JSON it prints. */
async function inProcess(script: string): Promise<unknown> {
  const options = { cwd: fileURLToPath(new URL("..", import.meta.url)), timeout: 9000 };
  const args = ["--expose-gc", "--input-type=module", "-e", `${prelude}${script}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout);
}

const prelude = `
import { Speaker } from "@vipcast/speaker";
import { setImmediate, setTimeout } from "node:timers/promises";
/** Handles beyond those of standard output and error, which a pipe may open at any time. */
const handles = () => process._getActiveHandles().filter((handle) => handle !== process.stdout && handle !== process.stderr).length;
const settle = async () => { for (let turn = 0; turn < 20 && handles() > 0; turn++) await setImmediate(); };
const pair = async (options = {}) => {
  const one = new Speaker({ asn: 65001, routerId: "10.0.0.1", ...options });
  const two = new Speaker({ asn: 65000, routerId: "10.0.0.2", ...options });
  const { port } = await two.listen({ host: "127.0.0.2", port: 0 });
  two.addPeer({ address: "127.0.0.1", asn: 65001, passive: true });
  two.addListenRange({ prefix: "127.0.5.0/24", asn: "external" });
  return { one, two, dial: (handlers) => one.addPeer({ address: "127.0.0.2", asn: 65000, port, source: "127.0.0.1" }, handlers) };
};
/** Twice, with a moment between: what finalizers let go of is collected the second time. */
const settledHeap = async () => { await settle(); heap(); await setTimeout(50); return heap(); };
const heap = () => { gc(); return process.memoryUsage().heapUsed; };
`;

describe("an embedding process", () => {
  test("has no handle, and no timer, of a closed speaker, whatever that was doing", async () => {
    const seen = await inProcess(`
      const left = [];
      const check = async (close) => { await close(); await settle(); left.push(handles()); };
      { const { one, two } = await pair(); await check(() => Promise.all([one.close(), two.close()])); }
      { const { one, two, dial } = await pair();
        await new Promise((resolve) => dial({ onEstablished: () => resolve() }).routes.set([{ prefix: "192.0.2.10" }]));
        await check(() => Promise.all([one.close({ reason: "done" }), two.close()])); }
      { const { one, two, dial } = await pair(); dial(); await check(() => Promise.all([one.close(), two.close()])); }
      { const lone = new Speaker({ asn: 65001, routerId: "10.0.0.1" });
        lone.addPeer({ address: "127.0.0.3", asn: 65000, port: 1 });
        lone.addPeer({ address: "127.0.0.4", asn: 65000, port: 1 }).pause();
        await setTimeout(50);
        await check(() => lone.close()); }
      { const controller = new AbortController();
        const { one, two, dial } = await pair({ signal: controller.signal });
        const peer = await new Promise((resolve) => dial({ onEstablished: (_, peer) => resolve(peer) }));
        peer.shutdown("no more");
        controller.abort();
        await check(() => Promise.all([one.close(), two.close()])); }
      const timers = process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name === "Immediate");
      console.log(JSON.stringify({ left, timers }));`);
    expect(seen).toEqual({ left: [0, 0, 0, 0, 0], timers: [] });
  });

  test("may open and close speakers a thousand times: no handle and no memory is left", async () => {
    const { left, established, grownKilobytes } = (await inProcess(`
      let established = 0;
      const cycle = async () => {
        const { one, two, dial } = await pair();
        await new Promise((resolve) => dial({ onEstablished: () => { established++; resolve(); } }).routes.set([{ prefix: "192.0.2.10" }]));
        await Promise.all([one.close(), two.close()]);
      };
      const cycles = async (count) => { for (let done = 0; done < count; done += 10) await Promise.all(Array.from({ length: 10 }, cycle)); };
      // What the engine compiles and caches on the way is there after a few hundred.
      await cycles(400);
      const before = await settledHeap();
      await cycles(600);
      const grownKilobytes = (await settledHeap() - before) / 1024;
      console.log(JSON.stringify({ left: handles(), established, grownKilobytes }));`)) as Record<string, number>;
    expect({ left, established }).toEqual({ left: 0, established: 1000 });
    // A speaker that stayed would be some 20 kB, so 600 pairs of them 24 MB.
    expect(grownKilobytes).toBeLessThan(1024);
  });

  test("may run several speakers that know nothing of each other", async () => {
    const seen = await inProcess(`
      const hub = new Speaker({ asn: 65000, routerId: "10.0.0.254" });
      const { port } = await hub.listen({ host: "127.0.0.2", port: 0 });
      hub.addListenRange({ prefix: "127.0.6.0/24", asn: "external" });
      const spokes = Array.from({ length: 5 }, (_, index) => new Speaker({ asn: 65001 + index, routerId: \`10.0.1.\${index + 1}\` }));
      await Promise.all(spokes.map((spoke, index) => new Promise((resolve) => spoke.addPeer(
        { address: "127.0.0.2", asn: 65000, port, source: \`127.0.6.\${index + 1}\` }, { onEstablished: () => resolve() }))));
      await spokes[0].close();
      await setTimeout(50);
      const up = spokes.map((spoke) => spoke.peers[0]?.snapshot().state);
      await Promise.all([hub, ...spokes].map((speaker) => speaker.close()));
      await settle();
      console.log(JSON.stringify({ up, left: handles() }));`);
    expect(seen).toEqual({ up: ["Idle", ...new Array(4).fill("Established")], left: 0 });
  });
});

describe("a peer that stops reading", () => {
  test("costs a few megabytes however much changes, and is sent the last state when it reads again", async () => {
    const {
      heldMegabytes,
      updates = 0,
      all,
      advertised,
    } = (await inProcess(`
      import { createServer } from "node:net";
      const server = createServer().listen(0, "127.0.0.2");
      await new Promise((resolve) => server.once("listening", resolve));
      const speaker = new Speaker({ asn: 65001, routerId: "10.0.0.1" });
      const peer = speaker.addPeer({ address: "127.0.0.2", asn: 65000, port: server.address().port, holdTime: 0 });
      const socket = await new Promise((resolve) => server.once("connection", resolve));
      const marker = "ff".repeat(16);
      socket.write(Buffer.from(marker + "002d0104fde80000" + "0a000002" + "10" + "020e" + "010400010001" + "41040000fde8" + "0200" + marker + "001304", "hex"));
      while (peer.snapshot().state !== "Established") await setTimeout(5);
      socket.pause();
      const before = heap() + process.memoryUsage().external;
      let held = 0;
      const rounds = 15;
      const count = 1000;
      const padding = Array.from({ length: 400 }, (_, index) => index);
      for (let round = 0; round < rounds; round++) {
        peer.routes.set(Array.from({ length: count }, (_, index) => ({
          prefix: \`10.0.\${index >> 8}.\${index & 255}/32\`,
          attributes: { med: round * count + index, communities: padding },
        })));
        await setImmediate();
        if (round % 3 === 2) held = Math.max(held, heap() + process.memoryUsage().external - before);
      }
      let octets = 0;
      socket.on("data", (chunk) => { octets += chunk.length; });
      socket.resume();
      await peer.routes.flushed();
      const { counters, routes } = peer.snapshot();
      const result = { heldMegabytes: held / 2 ** 20, updates: counters.updatesSent, all: rounds * count, advertised: routes.advertised };
      console.log(JSON.stringify(result));
      socket.destroy();
      server.close();
      await speaker.close();`)) as Record<string, number>;
    expect(advertised).toBe(1000);
    // One state is 2 MB of UPDATEs, and as much again as it is desired; fifteen of them would be sixty.
    expect(heldMegabytes).toBeLessThan(30);
    expect(updates).toBeLessThan((all ?? 0) * 0.7);
  });
});
