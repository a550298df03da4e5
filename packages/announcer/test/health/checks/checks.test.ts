import { type ChildProcess, spawnSync } from "node:child_process";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probesOf } from "../../../src/health/judge.ts";
import { parseCheck } from "../../../src/health/parse-check.ts";
import { type CheckInput, nodeChecks, type ProbeOutcome } from "../../../src/index.ts";

const tls = {
  cert: new URL("tls/server.crt", import.meta.url).pathname,
  key: new URL("tls/server.key", import.meta.url).pathname,
};
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Carries out one probe against the real thing. */
async function run(
  input: CheckInput,
  timeoutMs = 2000,
  ping?: Parameters<typeof nodeChecks>[0],
): Promise<ProbeOutcome> {
  const parsed = parseCheck(input);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  const context = { vip: "192.0.2.10/32", address: "192.0.2.10", interface: "lo", timeoutMs, signal: abort.signal };
  try {
    return await nodeChecks(ping).probe(probesOf(parsed.check)[0]!.probe, context);
  } finally {
    clearTimeout(timer);
  }
}

async function listening(server: TcpServer | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const http = (listener: RequestListener): Promise<number> => listening(createHttp(listener));
const descriptors = (): number => readdirSync("/proc/self/fd").length;

describe("a tcp check", () => {
  it("succeeds when something listens, and names the refusal when nothing does", async () => {
    const server = createTcp((socket) => socket.on("error", () => {}).resume());
    const port = await listening(server);
    expect(await run({ tcp: `127.0.0.1:${port}` })).toEqual({
      ok: true,
      detail: `connected to 127.0.0.1 port ${port}`,
    });
    await closers.pop()!();
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

describe("an http check", () => {
  it("compares the status, the body, and keeps what the service says about itself", async () => {
    const port = await http((request, response) => {
      response.statusCode = request.url === "/bad" ? 503 : 200;
      response.end(request.url === "/bad" ? "[-]etcd failed:\u001b[31m reason withheld\n" : "ok, all is well");
    });
    const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
    expect(await run({ http: at("/") })).toEqual({ ok: true, detail: "status 200" });
    expect(await run({ http: at("/bad") })).toEqual({
      ok: false,
      detail: "status 503 is not among 200-299",
      output: "[-]etcd failed:[31m reason withheld",
    });
    expect(await run({ http: at("/bad"), status: "200,500-599" })).toMatchObject({ ok: true });
    expect(await run({ http: at("/"), bodyContains: "all is well" })).toMatchObject({ ok: true });
    expect(await run({ http: at("/"), bodyContains: "leader" })).toMatchObject({
      ok: false,
      detail: 'status 200, and the body does not contain "leader"',
    });
    expect(await run({ http: at("/"), bodyMatches: "^ok\\b" })).toMatchObject({ ok: true });
    expect(await run({ http: at("/"), bodyMatches: "^no" })).toMatchObject({ ok: false });
  });

  it("sends the headers it is told to, over a new connection each time, and follows no redirect unless asked", async () => {
    const connections = new Set<unknown>();
    const seen: (string | undefined)[] = [];
    const port = await http((request, response) => {
      connections.add(request.socket);
      seen.push(request.headers.host, request.headers.connection, request.headers["x-check"] as string | undefined);
      if (request.url === "/old") response.writeHead(302, { location: "/new" });
      response.end("ok");
    });
    const headers = { Host: "api.example.org", "X-Check": "yes" };
    await run({ http: `http://127.0.0.1:${port}/`, headers });
    await run({ http: `http://127.0.0.1:${port}/`, headers });
    expect(connections.size).toBe(2);
    expect(seen.slice(0, 3)).toEqual(["api.example.org", "close", "yes"]);
    expect(await run({ http: `http://127.0.0.1:${port}/old` })).toMatchObject({
      ok: false,
      detail: "status 302 is not among 200-299",
    });
    expect(await run({ http: `http://127.0.0.1:${port}/old`, redirects: 1 })).toMatchObject({ ok: true });
  });

  it("ends at the limits: a body without end, an answer without end, none at all, a broken one", async () => {
    const port = await http((request, response) => {
      if (request.url === "/endless") {
        const more = setInterval(() => response.write("x".repeat(65_536)), 1);
        response.on("close", () => clearInterval(more));
      } else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
      else if (request.url === "/cut") {
        response.writeHead(200, { "content-length": "100" });
        response.write("half");
        setTimeout(() => request.socket.destroy(), 20);
      } else if (request.url === "/drip") response.writeHead(200).write("a");
    });
    const at = (path: string): string => `http://127.0.0.1:${port}${path}`;
    expect(await run({ http: at("/endless"), maxBodyBytes: 100_000 })).toMatchObject({ ok: true });
    expect(await run({ http: at("/loop"), redirects: 3 })).toMatchObject({
      ok: false,
      detail: expect.stringContaining("302"),
    });
    expect((await run({ http: at("/cut") })).ok).toBe(false);
    expect(await run({ http: at("/drip") }, 60)).toMatchObject({ ok: false });
    expect(await run({ http: at("/silence") }, 60)).toMatchObject({ ok: false });
    const garbage = await listening(
      createTcp((socket) =>
        socket
          .on("error", () => {})
          .resume()
          .end("SSH-2.0-OpenSSH\r\n"),
      ),
    );
    expect((await run({ http: `http://127.0.0.1:${garbage}/` })).detail).toMatch(/HPE_|Parse Error/);
  });

  it("verifies certificates, with the CA and the name it is given, and accepts any only when asked", async () => {
    const port = await listening(
      createHttps({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, (_, response) => response.end("ok")),
    );
    const url = `https://127.0.0.1:${port}/readyz`;
    expect(await run({ http: url })).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/self-signed certificate/),
    });
    expect(await run({ http: url, insecure: true })).toMatchObject({ ok: true });
    expect(await run({ http: url, caFile: tls.cert })).toMatchObject({ ok: true });
    expect(await run({ http: url, caFile: tls.cert, serverName: "api.example.org" })).toMatchObject({ ok: true });
    expect((await run({ http: url, caFile: tls.cert, serverName: "other.example.org" })).detail).toContain(
      "other.example.org. is not in the cert's altnames",
    );
    expect((await run({ http: url, caFile: "/nonexistent/ca.crt" })).detail).toContain("ENOENT");
  });

  it("shows a client certificate", async () => {
    const [cert, key] = [readFileSync(tls.cert), readFileSync(tls.key)];
    const port = await listening(
      createHttps({ cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }, (_, response) =>
        response.end(),
      ),
    );
    const url = `https://127.0.0.1:${port}/`;
    expect((await run({ http: url, caFile: tls.cert })).ok).toBe(false);
    expect(await run({ http: url, caFile: tls.cert, certFile: tls.cert, keyFile: tls.key })).toMatchObject({
      ok: true,
    });
  });

  it("follows a redirect to another origin without showing it who we are, and to the same one with", async () => {
    const [cert, key] = [readFileSync(tls.cert), readFileSync(tls.key)];
    const shown: string[] = [];
    const other = await listening(
      createHttps({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
        const { authorizationError, servername } = request.socket as TLSSocket;
        const subject = (request.socket as TLSSocket).getPeerCertificate().subject;
        shown.push(
          `${subject === undefined ? "nobody" : "a certificate"} for ${servername}`,
          String(authorizationError),
        );
        response.end("ok");
      }),
    );
    const first = await listening(
      createHttps({ cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }, (request, response) => {
        const location = request.url === "/away" ? `https://127.0.0.1:${other}/` : "/there";
        if (request.url !== "/there") response.writeHead(302, { location });
        response.end("ok");
      }),
    );
    const input = {
      caFile: tls.cert,
      certFile: tls.cert,
      keyFile: tls.key,
      serverName: "api.example.org",
      redirects: 1,
    };
    expect(await run({ ...input, http: `https://127.0.0.1:${first}/here` })).toMatchObject({ ok: true });
    expect(await run({ ...input, http: `https://127.0.0.1:${first}/away` })).toMatchObject({ ok: true });
    expect(shown[0]).toBe("nobody for false");
  });

  it("fails at once where the answer is another protocol, or only the promise of an answer", async () => {
    const answers = ["101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade", "103 Early Hints", "100 Continue"];
    const port = await listening(
      createTcp((socket) => {
        socket.on("error", () => {});
        socket.once("data", (chunk) => {
          const [, path = ""] = /^GET \/(\d*)/.exec(String(chunk)) ?? [];
          socket.write(`HTTP/1.1 ${answers[Number(path) % 3]}\r\n\r\n`);
          // A promise that is kept, and one that is not.
          if (Number(path) >= 3) socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
          else if (Number(path) > 0) socket.end();
        });
      }),
    );
    const at = (path: number): string => `http://127.0.0.1:${port}/${path}`;
    expect(await run({ http: at(0) }, 60_000)).toEqual({ ok: false, detail: "status 101 is not among 200-299" });
    for (const path of [1, 2])
      expect(await run({ http: at(path) }, 60_000)).toMatchObject({
        ok: false,
        detail: expect.stringMatching(/socket|closed/),
      });
    for (const path of [4, 5]) expect(await run({ http: at(path) }, 60_000)).toMatchObject({ ok: true });
    expect(await run({ http: at(0), status: "101" }, 60_000)).toMatchObject({ ok: true });
  });
});

describe("an exec check", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vipcast-exec-"));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
  });
  const script = (text: string): string => {
    const path = join(folder, "check");
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  it("goes by the exit code, keeps the output, and passes words on as they are", async () => {
    const path = script('echo "$1 $2"; [ "$3" = good ]');
    expect(await run({ exec: [path, "a b", "$HOME;`id`", "good"] })).toEqual({
      ok: true,
      detail: "exit code 0",
      output: "a b $HOME;`id`",
    });
    expect(await run({ exec: [path, "not", "ready"] })).toEqual({
      ok: false,
      detail: "exit code 1: not ready",
      output: "not ready",
    });
    expect(await run({ exec: "/nonexistent/check" })).toEqual({ ok: false, detail: "spawn /nonexistent/check ENOENT" });
  });

  it("tells the program which VIP it is for, and none of our secrets", async () => {
    process.env.VIPCAST_TEST_SECRET = "hidden";
    closers.push(() => delete process.env.VIPCAST_TEST_SECRET);
    const path = script(
      'echo "$VIPCAST_VIP $VIPCAST_ADDRESS $VIPCAST_INTERFACE $VIPCAST_TIMEOUT_MS $MORE $VIPCAST_TEST_SECRET"; pwd',
    );
    expect(await run({ exec: path, env: { MORE: "more" } })).toMatchObject({
      output: "192.0.2.10/32 192.0.2.10 lo 2000 more \n/",
    });
  });

  it("keeps the end of what is written, and only so much", async () => {
    const path = script("head -c 1000000 /dev/zero | tr '\\0' x; echo the end");
    const { output = "" } = await run({ exec: path });
    expect(output.length).toBeLessThanOrEqual(4096);
    expect(output.endsWith("the end")).toBe(true);
  });

  it("is killed with everything it has started when time is up, and what it wrote is kept", async () => {
    const path = script(`echo waiting; sleep 1000 & echo $! > ${folder}/pid; sleep 1000`);
    expect(await run({ exec: path }, 300)).toMatchObject({ ok: false, output: "waiting" });
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await expect.poll(() => isGone(pid)).toBe(true);
  });

  it("does not wait for what it left in the background, and leaves no zombie or descriptor", async () => {
    const path = script(`sleep 1000 & echo $! > ${folder}/pid; echo done`);
    const started = Date.now();
    expect(await run({ exec: path })).toMatchObject({ ok: true, output: "done" });
    expect(Date.now() - started).toBeLessThan(1500);
    await expect.poll(() => isGone(Number(readFileSync(join(folder, "pid"), "utf8")))).toBe(true);
    const before = descriptors();
    for (let round = 0; round < 8; round++) await run({ exec: "/bin/true" });
    await expect.poll(descriptors).toBeLessThanOrEqual(before + 1);
    const children = spawnSync("ps", ["--ppid", String(process.pid), "-o", "stat="], { encoding: "utf8" });
    expect(children.stdout.split("\n").filter((state) => state.startsWith("Z"))).toEqual([]);
  });
});

function isGone(pid: ChildProcess["pid"]): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return true;
  }
}

describe("a dns check", () => {
  /** Answers every question with one A record, or with a code. */
  async function server(code: number): Promise<number> {
    const socket: Datagrams = createSocket("udp4");
    socket.on("message", (query, from) => {
      const header = Buffer.from(query.subarray(0, 12));
      header.writeUInt16BE(0x8180 | code, 2);
      header.writeUInt16BE(code === 0 ? 1 : 0, 6);
      header.writeUInt16BE(0, 10);
      const end = query.indexOf(0, 12) + 5;
      const answer = Buffer.from("c00c00010001000000050004c0000263", "hex");
      socket.send(
        Buffer.concat([header, query.subarray(12, end), code === 0 ? answer : Buffer.alloc(0)]),
        from.port,
        from.address,
      );
    });
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    return socket.address().port;
  }

  it("compares the answer with what is expected", async () => {
    const dns = `127.0.0.1:${await server(0)}`;
    expect(await run({ dns, name: "api.example.org" })).toEqual({ ok: true, detail: "api.example.org is 192.0.2.99" });
    expect(await run({ dns, name: "api.example.org", expect: ["192.0.2.1", "192.0.2.99"] })).toMatchObject({
      ok: true,
    });
    expect(await run({ dns, name: "api.example.org", expect: ["192.0.2.1"] })).toEqual({
      ok: false,
      detail: "api.example.org is 192.0.2.99, and not 192.0.2.1",
    });
  });

  it("fails when the server says no, and when it says nothing", async () => {
    const no = `127.0.0.1:${await server(3)}`;
    expect(await run({ dns: no, name: "api.example.org" })).toMatchObject({
      ok: false,
      detail: "queryA ENOTFOUND api.example.org",
    });
    const silent = createSocket("udp4");
    await new Promise<void>((resolve) => silent.bind(0, "127.0.0.1", resolve));
    closers.push(() => new Promise<void>((resolve) => silent.close(() => resolve())));
    expect((await run({ dns: `127.0.0.1:${silent.address().port}`, name: "api.example.org" }, 150)).ok).toBe(false);
  });
});

describe("an icmp check", () => {
  it("asks the ping it was given, and says what is missing without one", async () => {
    expect(await run({ icmp: "10.0.0.254" }, 100, { ping: async () => 1.234 })).toEqual({
      ok: true,
      detail: "10.0.0.254 answered after 1.2 ms",
    });
    const ping = async (): Promise<number> => Promise.reject(new Error("ENETUNREACH"));
    expect(await run({ icmp: "10.0.0.254" }, 100, { ping })).toMatchObject({ ok: false, detail: "ENETUNREACH" });
    expect((await run({ icmp: "10.0.0.254" })).detail).toContain("give nodeChecks a ping");
  });
});

describe("exists", () => {
  it("tells a file that is there from one that is not, and from one that cannot be seen", async () => {
    const { exists } = nodeChecks();
    expect(await exists(tls.cert)).toBe(true);
    expect(await exists("/nonexistent/file")).toBe(false);
    expect(await exists(`${tls.cert}/file`)).toBe(false);
    await expect(exists(`/${"x".repeat(300)}`)).rejects.toThrow("ENAMETOOLONG");
  });
});
