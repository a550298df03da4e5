import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { followEvents } from "../../src/ask/follow-events.ts";
import { ControlClient } from "../../src/control/client/client.ts";
import { EventHistory } from "../../src/control/event-history.ts";
import { eventHandlers } from "../../src/control/handlers/events.ts";
import { createHttpService, type HttpServiceOptions } from "../../src/control/server/http-service.ts";
import type { ControlTarget } from "../../src/control/target.ts";

describe("events that are followed", () => {
  let folder: string;
  let path: string;
  let server: Server;
  let ending: AbortController;
  let shown: string[];
  let notes: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vipcast-follow-"));
    path = join(folder, "s");
    ending = new AbortController();
    [shown, notes] = [[], []];
  });
  afterEach(async () => {
    ending.abort();
    await away();
    rmSync(folder, { recursive: true, force: true });
  });

  async function back(history: EventHistory): Promise<void> {
    const handlers = eventHandlers({ daemon: { history } } as unknown as ControlTarget);
    const log = { error: () => undefined, debug: () => undefined };
    server = createHttpService({ handlers: handlers as HttpServiceOptions["handlers"], log, access: null });
    await new Promise<void>((resolve) => server.listen({ path }, resolve));
  }
  async function away(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const happens = (history: EventHistory, cause: string): void =>
    history.add({ time: new Date().toISOString(), event: "vip.healthy", vip: "192.0.2.10/32", causes: [cause] });
  const follow = (since?: string): Promise<void> =>
    followEvents({
      client: new ControlClient(path, "0"),
      query: { since },
      show: ({ causes }) => shown.push(causes.join()),
      note: (sentence) => notes.push(sentence),
      signal: ending.signal,
    });
  const gone = "The daemon is gone, or has closed the connection; waiting until it answers (Ctrl-C ends this).";
  const again = "The daemon answers again.";

  test("go on after the daemon was away, none twice and none passed over", async () => {
    const history = new EventHistory(1);
    happens(history, "a");
    await back(history);
    const following = follow("all");
    await expect.poll(() => shown).toEqual(["a"]);
    happens(history, "b");
    await expect.poll(() => shown).toEqual(["a", "b"]);
    // The same daemon opens its socket anew.
    await away();
    await expect.poll(() => notes).toEqual([gone]);
    happens(history, "c");
    await back(history);
    await expect.poll(() => shown).toEqual(["a", "b", "c"]);
    // Another process: what it has done before anybody asked counts as well.
    await away();
    await expect.poll(() => notes).toEqual([gone, again, gone]);
    const next = new EventHistory(2);
    happens(next, "d");
    await back(next);
    happens(next, "e");
    await expect.poll(() => shown).toEqual(["a", "b", "c", "d", "e"]);
    expect(notes).toEqual([gone, again, gone, again]);
    ending.abort();
    await following;
  });

  test("are not passed over where none had come before the daemon went", async () => {
    const history = new EventHistory(1);
    happens(history, "before");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await back(history);
    const following = follow();
    await expect.poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await away();
    await expect.poll(() => notes).toEqual([gone]);
    happens(history, "meanwhile");
    await back(history);
    await expect.poll(() => shown).toEqual(["meanwhile"]);
    ending.abort();
    await following;
  });

  test("are not waited for where nobody answers at the start, or the question is wrong", async () => {
    await expect(follow()).rejects.toThrow("No vipcast daemon answers: there is no socket");
    await back(new EventHistory(1));
    await expect(follow("yesterday")).rejects.toThrow("is no time");
    expect(notes).toEqual([]);
  });
});
