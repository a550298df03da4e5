import { describe, expect, test } from "vitest";
import { EventHistory } from "../../../src/control/event-history.ts";
import type { Handler } from "../../../src/control/server/answer.ts";
import { streamEvents } from "../../../src/control/server/event-stream.ts";
import { raw, serve, server } from "../../support/http-service.ts";

describe("the event stream", () => {
  const add = (history: EventHistory, count: number, padding = ""): void => {
    for (let one = 0; one < count; one++)
      history.add({ time: new Date().toISOString(), event: "vip.healthy", vip: "192.0.2.10/32", causes: [padding] });
  };
  const streaming =
    (history: EventHistory): Handler =>
    () => ({
      kind: "stream",
      run: (response) => streamEvents(response, history, { from: history.first, wants: () => true }),
    });

  test("gives the past and then what happens, each with its id", async () => {
    const history = new EventHistory(0);
    add(history, 2);
    await serve({ events: streaming(history) });
    const { socket } = raw("GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    let text = "";
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    await expect
      .poll(() => text)
      .toContain(`id: ${history.idOf(2)}\nevent: vip.healthy\ndata: {"id":"${history.idOf(2)}"`);
    add(history, 1);
    await expect.poll(() => text).toContain(`id: ${history.idOf(3)}\n`);
    expect(text).toContain("Content-Type: text/event-stream");
  });

  test("one who does not read misses events and is told how many, and costs nothing meanwhile", async () => {
    const history = new EventHistory(0, { events: 50, characters: 1e9 });
    await serve({ events: streaming(history) });
    const { socket } = raw("GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    for (let burst = 0; burst < 100; burst++) {
      add(history, 100, "x".repeat(1000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    let text = "";
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.resume();
    await expect.poll(() => text, { timeout: 5000 }).toContain(`id: ${history.idOf(history.last)}\n`);
    const lost = [...text.matchAll(/"event":"events.lost","count":(\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
    const got = new Set([...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id)).size;
    expect(lost).toBeGreaterThan(0);
    expect(got + lost).toBe(history.last);
  });

  test("one who takes nothing at all is cut off", async () => {
    const history = new EventHistory(0, { events: 1000, characters: 1e9 });
    await serve({ events: streaming(history) }, { limits: { silenceMs: 300, checkEveryMs: 50 } });
    const { socket } = raw("GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    add(history, 1000, "x".repeat(5000));
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))), { timeout: 5000 })
      .toBe(0);
  });
});
