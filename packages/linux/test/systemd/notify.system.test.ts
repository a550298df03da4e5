import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { AF, SOCK } from "../../src/libc/constants.ts";
import { systemLibc } from "../../src/libc/koffi.ts";
import { encodeUnixAddress } from "../../src/libc/sockaddr.ts";
import { serviceNotifier } from "../../src/systemd/notify.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-notify-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["a path", join(folder, "notify")],
  ["an abstract name", `@vipcast-notify-${process.pid}`],
])("a message to a service manager at %s", (_kind, path) => {
  const libc = systemLibc();
  const fd = libc.socket(AF.unix, SOCK.datagram | SOCK.cloexec | SOCK.nonblock, 0);
  afterAll(() => libc.close(fd));

  it("arrives as one datagram with a line for each assignment", () => {
    expect(libc.bind(fd, encodeUnixAddress(path)!)).toBe(0);
    const notifier = serviceNotifier({ NOTIFY_SOCKET: path })!;
    expect(notifier.send({ READY: 1, STATUS: "two\nlines" })).toBeNull();
    const buffer = new Uint8Array(4096);
    const length = libc.recv(fd, buffer, 0);
    expect(new TextDecoder().decode(buffer.subarray(0, length))).toBe("READY=1\nSTATUS=two lines");
    notifier.close();
    notifier.close();
  });

  it("that nobody reads is given up at once", () => {
    const notifier = serviceNotifier({ NOTIFY_SOCKET: path })!;
    let error = null;
    for (let sent = 0; error === null && sent < 100_000; sent++) error = notifier.send({ WATCHDOG: 1 });
    expect(error).toMatchObject({ code: "EAGAIN", operation: "tell the service manager" });
    notifier.close();
  });
});

it("says so when nobody is there", () => {
  const notifier = serviceNotifier({ NOTIFY_SOCKET: join(folder, "nobody") })!;
  expect(notifier.send({ READY: 1 })).toMatchObject({ code: "ENOENT" });
  notifier.close();
});
