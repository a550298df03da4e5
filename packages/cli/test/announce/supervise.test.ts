import { Rtnetlink } from "@vipcast/linux";
import { expect, test } from "vitest";
import { Announcement } from "../../src/announce/announcement.ts";
import { readSettings } from "../../src/announce/settings.ts";
import { supervise } from "../../src/announce/supervise.ts";
import { announceVerb } from "../../src/announce/verb.ts";
import { parseCommandLine } from "../../src/arguments/parse.ts";
import { EventWriter } from "../../src/output/event-writer.ts";
import type { Log } from "../../src/output/log.ts";
import { SignalInbox } from "../../src/signals.ts";

test("ends with exit code 1 and says why when the start fails", async () => {
  const line = parseCommandLine(announceVerb, ["192.0.2.10", "--asn", "65001", "--peer", "10.0.0.254,asn=65000"]);
  if (line.kind === "help") throw new Error("help was not asked for");
  const { settings } = readSettings(line.raw);
  const { log, lines } = collectingLog();
  const kernel = new Rtnetlink();
  const announcement = new Announcement({
    // What a check that was forgotten lets through, and the speaker does not take.
    settings: { ...settings, peers: settings.peers.map((peer) => ({ ...peer, address: "240.0.0.1" })) },
    vips: [],
    keys: new Map(),
    routerId: "10.0.0.1",
    host: { kernel, mark: null, stateDir: "/nonexistent" },
    log,
    left: [],
  });
  const writer = new EventWriter(process.stdout, true);
  try {
    const signals = new SignalInbox();
    expect(
      await supervise(announcement, { writer, log, stopTimeoutMs: () => 1000, signals, name: "vipcast announce" }),
    ).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^stopping because of a defect: address 240\.0\.0\.1 /));
  } finally {
    kernel.close();
  }
});

function collectingLog(): { readonly log: Log; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const add = (_fields: object, message: string): void => void lines.push(message);
  const done = (): Promise<void> => Promise.resolve();
  return {
    lines,
    log: {
      trace: add,
      debug: add,
      info: add,
      warn: add,
      error: add,
      fatal: add,
      setLevel: () => undefined,
      open: done,
      flushed: done,
    },
  };
}
