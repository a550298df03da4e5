import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("a process that has closed its speakers, and has nothing else to do, ends by itself", async () => {
  const script = `
    import { Speaker } from "@vipcast/speaker";
    const one = new Speaker({ asn: 65001, routerId: "10.0.0.1" });
    const two = new Speaker({ asn: 65000, routerId: "10.0.0.2" });
    const { port } = await two.listen({ host: "127.0.0.2", port: 0 });
    two.addPeer({ address: "127.0.0.1", asn: 65001, passive: true });
    await new Promise((resolve) => {
      const options = { address: "127.0.0.2", asn: 65000, port, source: "127.0.0.1" };
      one.addPeer(options, { onEstablished: () => resolve() }).routes.set([{ prefix: "192.0.2.10/32" }]);
    });
    await Promise.all([one.close(), two.close()]);
    console.log("closed");`;
  const options = { cwd: fileURLToPath(new URL("..", import.meta.url)), timeout: 8000 };
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], options);
  expect(stdout).toBe("closed\n");
});
