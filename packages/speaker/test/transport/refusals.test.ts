import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { systemClock } from "../../src/system-clock.ts";
import { Refusals } from "../../src/transport/refusals.ts";
import { until } from "../support.ts";

test("eight refused connections may take their time, more are cut off at once", async () => {
  const refusals = new Refusals();
  const endings: Promise<void>[] = [];
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket);
    endings.push(refusals.refuse(socket, Uint8Array.of(7), systemClock));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not a TCP server");
  const heard: number[] = [];
  // They never close their side.
  const clients = Array.from({ length: 20 }, () => {
    const client = createConnection({ port: address.port, host: "127.0.0.1", allowHalfOpen: true });
    client.on("data", (data) => heard.push(...data));
    client.on("error", () => undefined);
    return client;
  });
  await until(() => accepted.length === 20, "all are accepted");
  expect(accepted.filter((socket) => !socket.destroyed)).toHaveLength(8);
  await Promise.all(endings);
  expect(heard).toEqual(new Array(8).fill(7));
  for (const client of clients) client.destroy();
  server.close();
});
