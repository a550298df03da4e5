import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { askWeightSource, parseWeightSource, type WeightAnswer } from "../../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-weight-"));
const servers: Server[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const server of servers) server.close();
});

function ask(text: string, timeoutMs = 2000): Promise<WeightAnswer> {
  const source = parseWeightSource(text);
  if (!source.ok) throw new Error(source.message);
  const signal = AbortSignal.timeout(timeoutMs);
  return askWeightSource(source.value, {
    vip: "192.0.2.10/32",
    address: "192.0.2.10",
    interface: "lo",
    timeoutMs,
    signal,
  });
}

describe("asking a source of weights", () => {
  test("a file, read anew and not beyond its beginning", async () => {
    const file = join(folder, "weight");
    expect(await ask(`file:${file}`)).toMatchObject({ ok: false, cause: expect.stringContaining("ENOENT") });
    writeFileSync(file, `10G\n${"x".repeat(100_000)}`);
    const answer = await ask(`file:${file}`);
    expect(answer).toMatchObject({ ok: true, text: expect.stringMatching(/^10G\n/) });
    expect(answer.ok && answer.text.length).toBe(1024);
    expect(await ask(`file:${folder}`)).toMatchObject({ ok: false, cause: expect.stringContaining("EISDIR") });
  });

  test("a program's standard output, and not its complaints", async () => {
    expect(await ask("exec:/bin/sh -c 'echo careful >&2; echo 800M; echo $VIPCAST_ADDRESS'")).toEqual({
      ok: true,
      text: "800M\n192.0.2.10\n",
    });
    expect(await ask("exec:/bin/sh -c 'echo 10G; exit 3'")).toEqual({ ok: false, cause: "exit code 3: 10G" });
    expect(await ask("exec:/nonexistent/rate")).toMatchObject({ ok: false, cause: expect.stringContaining("ENOENT") });
    expect(await ask("exec:/bin/sleep 60", 50)).toEqual({ ok: false, cause: "stopped before it had ended" });
  });

  test("the body of an HTTP answer, bounded, where the status is right", async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === "/bad" ? 503 : 200;
      response.end(request.url === "/long" ? "1".repeat(100_000) : "2.5G\n");
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await ask(`${base}/`)).toEqual({ ok: true, text: "2.5G\n" });
    expect(await ask(`${base}/bad`)).toEqual({ ok: false, cause: "status 503 is not among 200-299" });
    const long = await ask(`${base}/long`);
    expect(long.ok && long.text.length).toBe(1024);
  });
});
