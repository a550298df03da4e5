import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { endpoints } from "../../src/control/resources/endpoints.ts";
import { loadConfig } from "../../src/run/load.ts";
import { good, sentencesOf } from "../support/command-line.ts";
import { canMakeNamespaces, World } from "../support/world.ts";

/** In every secret of these tests, and in nothing else. */
const secret = "hunter2";

describe("what is wrong with a configuration is said without the secrets in it", () => {
  const folder = mkdtempSync(join(tmpdir(), "vipcast-secrets-"));
  const file = join(folder, "vipcast.yaml");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "long"), secret.repeat(20));
  const peer = (text: string): string => `asn: 65001\npeers:\n  - { address: 10.0.0.1, asn: 65000, ${text} }\n`;
  const check = (text: string): string =>
    `asn: 65001\npeers: []\nvips:\n  - { prefix: 192.0.2.1, check: { ${text}, interval: never } }\n`;
  const http = (text: string): string => check(`http: "http://127.0.0.1/", ${text}`);

  test.each([
    peer(`password: ${secret}`),
    peer(`password: [${secret}]`),
    peer(`password: { a: ${secret} }`),
    peer(`password: "\${${secret} x}"`),
    peer('password: "${LONG}"'),
    peer(`passwordFile: ${folder}/long`),
    peer(`pasword: ${secret}`),
    peer(`password: ${secret}, password: ${secret}`),
    peer(`password: "${secret}`),
    peer(`password: ${secret}: x`),
    peer(`password: "\\U${secret}"`),
    peer(`password: *${secret}`),
    peer(`password: |${secret}`),
    peer(`password: !<${secret} x`),
    `asn: 65001\npeers:\n- address: 10.0.0.1\n  asn: 65000\n  password: |${secret}\n`,
    check(`http: "http://user:${secret}@127.0.0.1/"`),
    check(`http: "https://user:${secret}@:99999/"`),
    check(`http: "ftp://user:${secret}@h/"`),
    check(`tcp: "user:${secret}@h:1"`),
    http(`headers: { Authorization: [Bearer ${secret}] }`),
    http(`headers: Bearer ${secret}`),
    http(`headers: [${secret}]`),
    http(`headers: { "Author ization": ${secret} }`),
    http(`headers: { Authorization: "Bearer ${secret}\\nX: y" }`),
    check(`exec: [sh], env: ${secret}`),
    check(`exec: [sh], env: { TOKEN: [${secret}] }`),
    check(`exec: [sh], env: { TOKEN: "${secret}\\0" }`),
  ])("%j", (text) => {
    writeFileSync(file, text);
    const loaded = loadConfig(file, { LONG: secret.repeat(20) });
    expect(loaded.ok).toBe(false);
    const sentences = loaded.ok ? [] : loaded.sentences;
    expect(sentences.length).toBeGreaterThan(0);
    expect(sentences.join("\n")).not.toContain(secret);
  });
});

test.each([
  ["--check", `http://user:${secret}@h/`],
  ["--check", `ftp://user:${secret}@h/`],
  ["--check", "http://h/", "--check-header", `Bearer ${secret}`],
  ["--check", "http://h/", "--check-header", `Authorization: Bearer ${secret}\u0100`],
])("what is wrong with an argument is said without the secret in it: %s %s %s", (...argv) => {
  const sentences = sentencesOf([...good, ...argv]);
  expect(sentences).not.toEqual([]);
  expect(sentences.join("\n")).not.toContain(secret);
});

/** One answer of the control API, whatever its status. */
function ask(socketPath: string, method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, headers: { "content-length": 0 } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(`${method} ${path} ${response.statusCode} ${text}`));
    });
    sent.on("error", reject).end();
  });
}

describe.skipIf(!canMakeNamespaces)("a running daemon", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  test("shows no secret in its log at level trace, its events, its metrics, the control API, its arguments or those of a check", async () => {
    const file = join(world.stateDir, "vipcast.yaml");
    const key = join(world.stateDir, "peer.key");
    const seen = join(world.stateDir, "seen-by-the-check");
    writeFileSync(key, `${secret}-file`, { mode: 0o600 });
    const [socket, token] = [join(world.stateDir, "control.sock"), join(world.stateDir, "control.token")];
    writeFileSync(token, `${secret}-token-of-the-api`, { mode: 0o600 });
    const write = (more: string): void =>
      writeFileSync(
        file,
        `asn: 65001
stateDir: ${world.stateDir}/state
logLevel: trace
metrics: {}
control: { socket: ${socket}, listen: "127.0.0.1:9180", tokenFile: ${token} }
peers:
  - { address: 10.9.0.254, asn: 65000, port: 1790 }
  - { address: 10.9.0.253, asn: 65000, passwordFile: ${key} }
  - { address: 10.9.0.252, asn: 65000, password: "\${PEER_KEY}" }
vips:
  - prefix: 192.0.2.10
    check: { exec: [sh, -c, "(tr '\\\\0' '\\\\n' </proc/$$/cmdline ; env | sed s/=.*// ) >${seen}.new; mv ${seen}.new ${seen}; exit 1"], env: { TOKEN: ${secret}-env }, interval: 500ms, timeout: 500ms, fall: 1 }
  - prefix: 192.0.2.11
    check: { http: "http://127.0.0.1:9179/readyz?token=${secret}-query", headers: { Authorization: "Bearer ${secret}-header" }, status: "418", interval: 100ms, timeout: 100ms }
  - prefix: 192.0.2.12
${more}`,
      );
    write("");
    await world.peer();
    const node = world.run(file, { PEER_KEY: `${secret}-variable` });
    await node.lines.until("vip.unhealthy", ({ vip }) => vip === "192.0.2.10/32");
    await node.lines.until("vip.unhealthy", ({ vip }) => vip === "192.0.2.11/32");
    await node.lines.until("vip.announced");
    const metrics = world.evaluate(
      'console.log(JSON.stringify(await (await fetch("http://127.0.0.1:9179/metrics")).text()))',
    );
    const answers = await Promise.all(
      endpoints
        .filter(({ method }) => method === "GET")
        .map(({ path }) => path.replace("{prefix}", "192.0.2.11").replace(/\{\w+\}/, "10.9.0.253"))
        .map((path) => ask(socket, "GET", path)),
    );
    expect(answers.filter((answer) => answer.startsWith("GET") && / 200 \{/.test(answer)).length).toBeGreaterThan(7);
    expect(answers.join("\n")).toContain("http://127.0.0.1:9179/readyz?***");
    // Keys that change, and files with a problem in them.
    writeFileSync(key, `${secret}-rotated`);
    node.child.kill("SIGHUP");
    await node.lines.until("config.reloaded");
    write(`    check: { http: "http://u:${secret}-url@127.0.0.1/" }`);
    node.child.kill("SIGHUP");
    await expect.poll(node.log).toContain("nothing changed");
    answers.push(await ask(socket, "POST", "/v1/reload"), await ask(socket, "GET", "/v1/config"));
    const commandLines = execFileSync("ps", ["-ewwo", "args"], { encoding: "utf8" });
    node.child.kill("SIGTERM");
    expect(await node.exit).toBe(0);

    // What the check was given by name is there; what we were given is not.
    const names = readFileSync(seen, "utf8").split("\n");
    expect(names).toEqual(expect.arrayContaining(["TOKEN", "VIPCAST_VIP"]));
    expect(names).not.toContain("PEER_KEY");
    expect(node.log()).toContain("10.9.0.253");
    for (const text of [
      node.log(),
      JSON.stringify(node.lines.all),
      metrics,
      commandLines,
      names.join("\n"),
      ...answers,
    ])
      expect(text).not.toContain(secret);
  });

  test("shows what a peer says without what a terminal would obey", async () => {
    const peer = await world.peer();
    const node = world.announce(["192.0.2.10", "--asn", "65001", "--peer", "10.9.0.254,asn=65000,port=1790"]);
    await peer.lines.until("announced");
    peer.shutdown('\u001b[31mred\u001b[0m\r\n{"level":60}\u202eback');
    await node.lines.until("peer.down");
    const { notification } = node.lines.of("peer.down")[0] as { readonly notification?: { readonly text: string } };
    expect(notification?.text).toContain("red");
    await expect.poll(node.log).toContain("red");
    for (const text of [node.log(), notification?.text])
      expect(text?.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });
});
