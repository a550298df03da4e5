import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ControlClient } from "../../../src/control/client/client.ts";
import { groupName } from "../../../src/control/client/socket-problem.ts";
import { vipcast } from "../../support/in-process.ts";
import { cli } from "../../support/world.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vipcast-client-"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const questions = [
  "status",
  "peers",
  "vips",
  "routes",
  "explain 192.0.2.10",
  "events",
  "drain",
  "undrain",
  "stop",
  "restart",
  "reload",
];

describe("a daemon that is not there", () => {
  test.each(questions)(
    "is said by %s in one sentence, with the socket and what to do, and exit code 1",
    async (words) => {
      const socket = join(folder, "none.sock");
      const { code, out, err } = await vipcast(...words.split(" "), "--socket", socket);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toMatch(
        /^No vipcast daemon answers: there is no socket .*none\.sock\. Start it with vipcast run .*\.\n$/,
      );
    },
  );

  test("may have left its socket behind", async () => {
    const socket = join(folder, "left.sock");
    const source = `require("node:net").createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", source]);
    expect((await vipcast("status", "--socket", socket)).err).toContain(`nobody listens on ${socket} any more`);
  });

  test.skipIf(process.getuid?.() !== 0)(
    "is out of reach for who is not in the group, and the sentence names it",
    async () => {
      const closed = join(folder, "closed");
      mkdirSync(closed, { mode: 0o750 });
      const socket = join(closed, "vipcast.sock");
      const server = createServer().listen(socket);
      try {
        // As nobody, who cannot read this test's folders: the client itself is what is tried.
        const source = `process.setgid(65534); process.setgroups([]); process.setuid(65534);
        process.argv = [process.argv[0], "vipcast", "status", "--socket", ${JSON.stringify(socket)}]; require(${JSON.stringify(cli)})`;
        const { status, stderr } = spawnSync(process.execPath, ["-e", source], { encoding: "utf8" });
        expect(stderr).toContain(
          `This user may not use ${socket}: its folder ${closed} belongs to the group root (mode 0750); run the command as root, or join the group`,
        );
        expect(status).toBe(1);
      } finally {
        server.close();
      }
    },
  );
});

describe("somebody else at the socket", () => {
  const listening = (server: Server, path: string): Promise<void> =>
    new Promise((resolve) => server.listen(path, resolve));

  test("is told apart from a daemon", async () => {
    const path = join(folder, "other.sock");
    const server = createHttpServer((_request, response) => response.writeHead(404).end("<html>no</html>"));
    await listening(server, path);
    const client = new ControlClient(path, "0.1.0");
    await expect(client.ask({ path: "/v1/status" })).rejects.toThrow(
      `What listens on ${path} answered 404 and no reason`,
    );
    server.close();
  });

  test("who never answers is not waited for without end", async () => {
    const path = join(folder, "mute.sock");
    const server = createServer(() => undefined);
    await listening(server, path);
    const client = new ControlClient(path, "0.1.0");
    await expect(client.ask({ path: "/v1/status", timeoutMs: 100 })).rejects.toThrow("has not answered within 0.1 s");
    server.close();
  });

  test("and a daemon of another version is named with both versions", async () => {
    const path = join(folder, "old.sock");
    const detail = "there is nothing at /v1/vips.";
    const server = createHttpServer((_request, response) =>
      response.writeHead(404, { server: "vipcast/0.0.9", "content-type": "application/problem+json" }).end(
        JSON.stringify({
          type: "urn:vipcast:problem:not-found",
          title: "Not Found",
          status: 404,
          code: "not-found",
          detail,
        }),
      ),
    );
    await listening(server, path);
    const client = new ControlClient(path, "0.1.0");
    await expect(client.ask({ path: "/v1/vips" })).rejects.toThrow(
      `${detail}\nThe daemon is vipcast 0.0.9 and this command is 0.1.0: after an update restart the daemon (vipcast restart).`,
    );
    server.close();
  });
});

describe("which daemon", () => {
  test("is the one of a configuration file, also of one that has problems by now", async () => {
    const file = join(folder, "vipcast.yaml");
    writeFileSync(file, `asn: nonsense\ncontrol: { socket: ${folder}/of-file.sock }\n`);
    expect((await vipcast("status", "-c", file)).err).toContain(`there is no socket ${folder}/of-file.sock`);
    expect(await vipcast("status", "-c", join(folder, "none.yaml"))).toMatchObject({
      code: 2,
      err: expect.stringContaining("cannot be read"),
    });
  });

  test("is of a name", async () => {
    expect((await vipcast("status", "--instance", "blue")).err).toMatch(/there is no socket \S+\/blue\.sock/);
  });
});

describe("wrong usage exits with 2 and asks nobody", () => {
  test.each([
    [["explain"], "vipcast explain: needs a virtual IP; write for example vipcast explain 192.0.2.10."],
    [
      ["explain", "localhost"],
      "vipcast explain localhost: is no virtual IP; write for example 192.0.2.10 or 2001:db8::10/128; vipcast vips lists them.",
    ],
    [["drain", "192.0.2.10/33"], "vipcast drain 192.0.2.10/33: is no virtual IP;"],
    [["drain", "192.0.2.10", "192.0.2.11"], "vipcast drain 192.0.2.11: takes one operand; leave it out."],
    [["drain", "--wait", "--no-wait"], "--wait --no-wait: exclude each other; keep one of them."],
    [["status", "now"], "vipcast status now: takes no operand; leave it out."],
    [["reload", "confirmed"], "vipcast reload confirmed: is neither confirm nor rollback; leave it out to reload."],
    [["reload", "--confirm", "0"], "--confirm 0: is a time from 1s to 3600s"],
    [["reload", "--dry-run", "--confirm", "60s"], "--dry-run --confirm: exclude each other; keep one of them."],
    [["events", "--since", "yesterday"], "--since yesterday: is a time"],
    [["peers", "--node", "10.0.0.1"], "--node: says something about --router-config alone;"],
    [["vips", "--jsn"], "--jsn: is not an option of vipcast vips; did you mean --json."],
  ])("%j", async (args, sentence) => {
    const { code, out, err } = await vipcast(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(sentence);
  });
});

test("a group is named as /etc/group names it, or by its number", () => {
  expect(groupName(990, "root:x:0:\nvipcast:x:990:ann\n")).toBe("vipcast");
  expect(groupName(991, "root:x:0:\n")).toBe("991");
});

test("a drain, which may take hours, is asked for only where somebody answers in time", async () => {
  const socket = join(folder, "hangs.sock");
  const asked: string[] = [];
  const server = createHttpServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    if (url === "/v1/config") response.writeHead(503).end('{"code":"failed","detail":"It hangs."}');
  }).listen(socket);
  await new Promise((resolve) => server.once("listening", resolve));
  expect(await vipcast("drain", "--socket", socket)).toMatchObject({ code: 1, err: "It hangs.\n" });
  expect(asked.filter((line) => line.startsWith("POST"))).toEqual([]);
  server.closeAllConnections();
  server.close();
});
