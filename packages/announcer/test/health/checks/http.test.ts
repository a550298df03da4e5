import { readFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer as createTcp } from "node:net";
import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { listening, run } from "./carried-out.ts";

const tls = {
  cert: new URL("tls/server.crt", import.meta.url).pathname,
  key: new URL("tls/server.key", import.meta.url).pathname,
};

const http = (listener: RequestListener): Promise<number> => listening(createHttp(listener));

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
