import { createSocket, type Socket as Datagrams } from "node:dgram";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "./carried-out.ts";

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
    onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
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
    onTestFinished(() => new Promise<void>((resolve) => silent.close(() => resolve())));
    expect((await run({ dns: `127.0.0.1:${silent.address().port}`, name: "api.example.org" }, 150)).ok).toBe(false);
  });
});
