import { readFileSync } from "node:fs";
import { request as secureRequest } from "node:https";
import { type AddressInfo, createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { endpoints } from "../../../src/control/resources/endpoints.ts";
import { hashToken } from "../../../src/control/server/access.ts";
import { type Handler, json } from "../../../src/control/server/answer.ts";
import { listPieces } from "../../../src/control/server/respond.ts";
import { ask, calls, errors, path, type Reply, raw, serve, server, sockets } from "../../support/http-service.ts";

const jsonBody = { "Content-Type": "application/json" };

describe("the HTTP service", () => {
  test("answers every endpoint by its own handler, with what a program needs to know of the answer", async () => {
    await serve();
    for (const { id, method, path: pattern, status } of endpoints) {
      const target = pattern.replace("{prefix}", "192.0.2.10%2F32").replace("{address}", "10.0.0.254");
      const body = id === "putHealth" ? { headers: jsonBody, body: '{"state":"healthy"}' } : {};
      const reply = await ask(method, target, body);
      expect([id, reply.status, reply.body.id]).toEqual([id, status, id]);
      expect(reply.headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
    }
    expect(
      calls
        .filter(({ path: { prefix } }) => prefix !== undefined)
        .every(({ path: { prefix } }) => prefix === "192.0.2.10/32"),
    ).toBe(true);
  });

  test("refuses with problem details", async () => {
    await serve({
      config: () => {
        throw new Error("hunter2 is in a defect");
      },
    });
    const put = (body: string, headers: Record<string, string> = jsonBody): Promise<Reply> =>
      ask("PUT", "/v1/vips/192.0.2.10", { headers, body });
    const unsupported = await put("a=b", { "Content-Type": "application/x-www-form-urlencoded" });
    expect([unsupported.status, unsupported.body.code]).toEqual([415, "unsupported-media-type"]);
    expect((await put("{}", { "Content-Type": "text/plain" })).status).toBe(415);
    expect((await put("{}", { ...jsonBody, "Content-Encoding": "gzip" })).status).toBe(415);
    expect((await put(`"${"x".repeat(300_000)}"`)).status).toBe(413);
    expect((await put("{,}")).body.code).toBe("bad-request");
    expect((await put('{"drian": 1}')).body.detail).toBe("drian: is not a key of the request; did you mean drain.");
    expect((await ask("PUT", "/v1/vips/192.0.2.10/health")).body.detail).toContain("state: is missing");
    expect((await ask("POST", "/v1/drain", { headers: jsonBody, body: "{}" })).body.detail).toBe(
      "POST /v1/drain takes no body; leave it out.",
    );
    const patch = await ask("PATCH", "/v1/status");
    expect([patch.status, patch.headers.allow]).toEqual([405, "GET, HEAD"]);
    expect((await ask("GET", "/v1/status", { headers: { Accept: "text/html" } })).status).toBe(406);
    const failed = await ask("GET", "/v1/config");
    expect([failed.status, failed.text.includes("hunter2")]).toEqual([500, false]);
    expect(errors).toHaveLength(1);
    expect((await ask("HEAD", "/v1/status")).text).toBe("");
  });

  test("a request that is not HTTP, or that could be read in two ways, ends the connection", async () => {
    await serve();
    expect(await raw("\u0016\u0003\u0001 TLS\r\n\r\n").answer).toContain("400 Bad Request");
    const two =
      "POST /v1/drain HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/stop";
    expect(await raw(two).answer).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw("GET /v1/status HTTP/1.1\r\n\r\n").answer).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`).answer).toMatch(
      /^HTTP\/1.1 431 /,
    );
    const rest =
      "PUT /v1/vips/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\nGET /v1/stop HTTP/1.1\r\nHost: x\r\n\r\n";
    expect(await raw(rest).answer).toMatch(/^HTTP\/1.1 413 [\s\S]*Connection: close/);
    expect(calls).toEqual([]);
  });

  test("whoever is slow, or says nothing, is cut off", async () => {
    await serve({}, { limits: { headerMs: 200, requestMs: 300, idleMs: 200, silenceMs: 400, checkEveryMs: 50 } });
    const begun = performance.now();
    const silent = raw("");
    const trickle = raw("GET /v1/status HTTP/1.1\r\nX: ");
    const drip = setInterval(() => trickle.socket.write("x"), 50);
    const body = raw("PUT /v1/vips/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
    const idle = raw("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await Promise.all([silent.answer, trickle.answer, body.answer, idle.answer])).toEqual([
      expect.stringMatching(/^$|408/),
      expect.stringContaining("408"),
      expect.stringContaining("408"),
      expect.stringContaining('{"id":"status"}'),
    ]);
    clearInterval(drip);
    expect(performance.now() - begun).toBeLessThan(4000);
  });

  test("an answer that is waited for is not silence", async () => {
    const slow: Handler = async () => {
      await sleep(600);
      return json({ id: "drained" });
    };
    await serve({ drain: slow }, { limits: { silenceMs: 200, checkEveryMs: 50 } });
    expect((await ask("POST", "/v1/drain?wait")).body.id).toBe("drained");
  });

  const connected = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  const status = "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

  test("who holds connections without asking anything gives way, the longest first", async () => {
    await serve({}, { limits: { connections: 4, headerMs: 10_000, idleMs: 10_000 } });
    const held = Array.from({ length: 4 }, () => raw("GET "));
    await expect.poll(connected).toBe(4);
    for (const { answer } of held.slice(0, 2)) {
      expect(await raw(status).answer).toContain('{"id":"status"}');
      expect(await answer).toBe("");
      raw("GET ");
      await expect.poll(connected).toBe(4);
    }
    expect(held.map(({ socket }) => socket.closed)).toEqual([true, true, false, false]);
  });

  test("more requests than are answered at once get a refusal in words, until one is answered", async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const drain: Handler = async () => {
      await finished;
      return json({ id: "drained" });
    };
    await serve({ drain }, { limits: { connections: 4, requests: 2, stallMs: 0 } });
    const waiting = [ask("POST", "/v1/drain"), ask("POST", "/v1/drain")];
    await expect.poll(connected).toBe(2);
    const refused = await ask("GET", "/v1/status");
    expect([refused.status, refused.body.code, refused.headers["retry-after"]]).toEqual([503, "too-many", "1"]);
    expect(refused.body.detail).toMatch(/^2 requests are being answered already; try again/);
    finish();
    for (const one of waiting) expect((await one).body.id).toBe("drained");
    expect((await ask("GET", "/v1/status")).status).toBe(200);
  });

  test("who does not send the body gives way to a connection, and takes no request from others", async () => {
    await serve({}, { limits: { connections: 3, requests: 1 } });
    const part = "PUT /v1/vips/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
    const held = [raw(part), raw(part), raw(part)];
    await expect.poll(connected).toBe(3);
    expect(await raw(status).answer).toContain('{"id":"status"}');
    expect(await held[0]?.answer).toBe("");
    expect(held.map(({ socket }) => socket.closed)).toEqual([true, false, false]);
  });

  test("who does not read the answer gives way to a request", async () => {
    const pieces = Array.from({ length: 10_000 }, () => "x".repeat(1000));
    const vips: Handler = () => ({ kind: "pieces", type: "application/json", pieces });
    const drain: Handler = ({ signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(json({}))));
    await serve({ vips, drain }, { limits: { connections: 4, requests: 2, stallMs: 50 } });
    const reader = raw("");
    reader.socket.pause();
    reader.socket.write("GET /v1/vips HTTP/1.1\r\nHost: x\r\n\r\n");
    const patient = raw("POST /v1/drain HTTP/1.1\r\nHost: x\r\n\r\n");
    await expect.poll(connected).toBe(2);
    await sleep(150);
    expect(await raw(status).answer).toContain('{"id":"status"}');
    reader.socket.resume();
    expect((await reader.answer).length).toBeLessThan(10_000_000);
    // Who waits for an answer that is not there yet stays.
    expect(patient.socket.closed).toBe(false);
  });

  test("a long list for one who does not read takes no more memory than a short one, and is ended", async () => {
    let made = 0;
    function* endless(): Generator<string> {
      for (;;) {
        made++;
        yield "x".repeat(1000);
      }
    }
    await serve(
      { vips: () => ({ kind: "pieces", type: "application/json", pieces: listPieces("vips", endless()) }) },
      { limits: { silenceMs: 300, checkEveryMs: 50 } },
    );
    const { socket, answer } = raw("");
    socket.pause();
    socket.write("GET /v1/vips HTTP/1.1\r\nHost: x\r\n\r\n");
    await sleep(200);
    const before = made;
    expect(before).toBeLessThan(3000);
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(0);
    expect(made - before).toBeLessThan(100);
    socket.resume();
    await answer;
  });

  test("over TCP the token counts", async () => {
    await serve({}, { access: { tokenHash: hashToken("0123456789abcdef"), names: [] } });
    expect((await ask("GET", "/v1/status")).headers).toMatchObject({ "www-authenticate": "Bearer" });
    const good = { Authorization: "Bearer 0123456789abcdef" };
    expect((await ask("GET", "/v1/status", { headers: good })).status).toBe(200);
    expect((await ask("POST", "/v1/stop", { headers: { ...good, Origin: "http://evil.example" } })).status).toBe(403);
    expect((await ask("POST", "/v1/stop", { headers: { ...good, Host: "evil.example" } })).status).toBe(403);
    expect(calls).toHaveLength(1);
  });

  test("somebody who asks without waiting for answers is cut off, whatever comes in one piece", async () => {
    await serve();
    const several = async (count: number): Promise<number> => {
      const socket = createConnection({ path });
      sockets.push(socket);
      let text = "";
      const answers = (): number => text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
      socket.setEncoding("utf8").on("error", () => undefined);
      socket.write("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n".repeat(count));
      await new Promise<void>((resolve) => {
        socket.once("close", () => resolve());
        socket.on("data", (chunk: string) => {
          text += chunk;
          if (answers() === count) resolve();
        });
      });
      return answers();
    };
    expect(await several(16)).toBe(16);
    calls.splice(0);
    expect(await several(5000)).toBeLessThan(5000);
    expect(calls.length).toBeLessThanOrEqual(16);
    expect((await ask("GET", "/v1/status")).status).toBe(200);
  });
});

describe("the HTTP service with client certificates", () => {
  const tls = new URL("../../../../announcer/test/health/checks/tls/", import.meta.url);
  const [cert, key] = ["server.crt", "server.key"].map((name) => readFileSync(new URL(name, tls), "utf8"));

  test("lets in who has one, and ends the handshake with who has none", async () => {
    if (cert === undefined || key === undefined) throw new Error("no certificate");
    await serve(
      {},
      {
        access: { tokenHash: null, names: [] },
        tls: { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true },
      },
    );
    const { port } = server.address() as AddressInfo;
    const get = (own: object): Promise<number | string> =>
      new Promise((resolve) => {
        const asked = secureRequest(
          { port, host: "127.0.0.1", path: "/v1/status", rejectUnauthorized: false, agent: false, ...own },
          (response) => resolve(response.resume().statusCode ?? 0),
        );
        asked.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "?"));
        asked.end();
      });
    expect(await get({ cert, key })).toBe(200);
    expect(await get({})).toMatch(/ERR_SSL|ECONNRESET/);
    expect(calls).toHaveLength(1);
  });
});
