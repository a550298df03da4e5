import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";

const speakerUrl = pathToFileURL(createRequire(import.meta.url).resolve("@vipcast/speaker")).href;
const transportUrl: string = new URL("../../../packages/cli/dist/adapters/transport.js", import.meta.url).href;

/** A speaker that listens and counts what comes, and clients with connections that must not break. */
const program = `
const [url, transport, options] = process.argv.slice(1);
const { Speaker } = await import(url);
const { kernelTransport } = await import(transport);
const { connect } = await import("node:net");
const { createInterface } = await import("node:readline");
const { host, port, password, targets, each } = JSON.parse(options);
const speaker = new Speaker({ asn: 65000, routerId: "10.0.0.253", ...kernelTransport({}) });
await speaker.listen({ host, port });
const peer = speaker.addPeer({ address: "10.0.0.1", asn: 65001, passive: true, password, holdTime: 90 });
const flows = { open: 0, broken: 0, echoed: 0 };
const hold = (target) => {
  const socket = connect({ host: target, port: 7000 });
  socket.setNoDelay(true);
  let timer;
  socket.on("connect", () => {
    flows.open++;
    timer = setInterval(() => socket.write("x"), 50);
  });
  socket.on("data", (data) => { flows.echoed += data.length; });
  socket.on("error", () => {});
  socket.on("close", () => { clearInterval(timer); flows.broken++; });
};
const say = (fields) => console.log(JSON.stringify(fields));
createInterface({ input: process.stdin }).on("line", (line) => {
  const { ask, key } = JSON.parse(line);
  if (key !== undefined) peer.setPassword(key);
  if (ask === "flows") for (const target of targets) for (let n = 0; n < each; n++) hold(target);
  const { state, counters, lastDown } = peer.snapshot();
  say({ answer: true, state, counters, lastDown, flows });
}).on("close", () => process.exit(0));
say({ answer: true });
`;

/** What the embedded router has counted. */
export interface Counted {
  readonly state: string;
  readonly counters: {
    readonly established: number;
    readonly messagesReceived: number;
    readonly octetsReceived: number;
    readonly updatesReceived: number;
  };
  readonly lastDown?: { readonly cause: string };
  readonly flows: { readonly open: number; readonly broken: number; readonly echoed: number };
}

/** The second router, and the clients behind it. */
export class EmbeddedPeer {
  readonly process: LabProcess;
  #answers = 1;

  private constructor(process: LabProcess) {
    this.process = process;
  }

  static async start(sandbox: Sandbox, host: string, options: object): Promise<EmbeddedPeer> {
    const args = ["--input-type=module", "-e", program, speakerUrl, transportUrl, JSON.stringify(options)];
    const peer = new EmbeddedPeer(await sandbox.spawn(host, [process.execPath, ...args]));
    await waitFor(
      () => `the embedded router does not start: ${peer.process.tail()}`,
      () => (peer.process.lines.some(({ text }) => text.includes('"answer"')) ? true : null),
      10_000,
    );
    return peer;
  }

  /** Its counters; with `key` its side of the TCP MD5 key is another first, with `ask: "flows"` the clients begin. */
  async ask(order: { readonly key?: string; readonly ask?: "flows" } = {}): Promise<Counted> {
    const wanted = ++this.#answers;
    await this.process.write(`${JSON.stringify(order)}\n`);
    const line = await waitFor(
      () => `the embedded router does not answer: ${this.process.tail()}`,
      () => this.process.lines.filter(({ text }) => text.includes('"answer"'))[wanted - 1] ?? null,
      10_000,
      2,
    );
    return JSON.parse(line.text) as Counted;
  }
}
