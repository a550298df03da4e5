import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { type LabProcess, type Sandbox, waitFor } from "@vipcast/lab";
import type { PeerOptions, RouteChange, RoutePath } from "@vipcast/speaker";

/** The build of the speaker; `VIPCAST_SPEAKER` names another one. */
function speakerUrl(): string {
  const path = process.env["VIPCAST_SPEAKER"] ?? createRequire(import.meta.url).resolve("@vipcast/speaker");
  return pathToFileURL(path).href;
}

/** The build of the library that has the Loc-RIB: the one that the speaker itself takes. */
function libraryUrl(): string {
  return pathToFileURL(createRequire(speakerUrl()).resolve("@vipcast/bgp")).href;
}

/** The command line's transport: keys, TTL and devices are the kernel's. */
const transportUrl: string = new URL("../../../packages/cli/dist/adapters/transport.js", import.meta.url).href;

const program = `
const [url, transport, options] = process.argv.slice(1);
const { Speaker } = await import(url);
const { kernelTransport } = await import(transport);
const { asn, routerId, peer, more = [], restarted, listen, library } = JSON.parse(options);
const { LocRib } = await import(library);
const say = (fields) => console.log(JSON.stringify(fields));
const yes = () => true;
const restart = restarted === true ? { restarted: yes, forwardingPreserved: yes, awaitInitialRoutes: true } : {};
const locRib = new LocRib();
const speaker = new Speaker({ asn, routerId, restart, locRib, ...kernelTransport({ ttlSecurity: peer.ttlSecurity !== undefined }) });
if (listen === true) await speaker.listen({ host: "0.0.0.0", port: 179 });
const orders = {
  initialRoutesComplete: () => speaker.initialRoutesComplete(),
  restart: () => speaker.close({ mode: "restart" }).then(() => process.exit(0)),
  stale: () => say({ event: "snapshot", stale: session.snapshot().stale }),
};
const others = more.map((options) => speaker.addPeer({ importPolicy: yes, ...options }));
locRib.watch((changes) => {
  for (const { best } of changes) if (best !== null) say({ event: "best", from: best.source.name, routes: locRib.size });
});
const session = speaker.addPeer({ importPolicy: yes, ...peer }, {
  onRoutes: ({ announce, withdraw }) => {
    for (const { text } of announce) say({ event: "route", prefix: text });
    for (const { prefix, text } of withdraw) say({ event: "withdrawn", prefix: text, pathId: prefix.pathId });
  },
  onStaleRoutes: ({ cause, routes, swept }) => say({ event: "stale", cause, routes, swept }),
  onEstablished: () => say({ event: "established" }),
  onDown: (down) => say({ event: "down", reason: down.reason, cause: down.cause }),
  onUpdate: ({ nlri, attributes }) => {
    for (const { pathId } of nlri.materialise()) say({ event: "path", family: 4, pathId });
    for (const { pathId } of attributes.mpReach?.nlri.materialise() ?? []) say({ event: "path", family: 6, pathId });
  },
  onNotification: ({ direction, code, subcode, text }) => say({ event: "notification", direction, code, subcode, text }),
  onRouteRefresh: ({ family, subtype }) => say({ event: "refresh", family, subtype }),
  onError: (error) => say({ event: "error", message: error.message }),
});
let rest = "";
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const order = JSON.parse(line);
    if (order.call === undefined) for (const one of [session, ...others]) one.routes.apply(order);
    else if (orders[order.call] !== undefined) orders[order.call]();
    else session[order.call](...order.args);
  }
});
process.stdin.on("end", () => speaker.close({ reason: "done" }));
process.on("SIGTERM", () => speaker.close({ reason: "done" }).then(() => process.exit(0)));
say({ event: "ready" });
`;

/** What such a program is told. */
export interface SpeakerProgram {
  readonly asn: number;
  readonly routerId: string;
  readonly peer: PeerOptions;
  /** Further peers, whose routes are accepted as well; all are announced the same. */
  readonly more?: readonly PeerOptions[];
  /** Says so in its OPENs, with everything preserved, and keeps End-of-RIB back until it is told. */
  readonly restarted?: boolean;
  /** Also take connections, on the port of BGP. */
  readonly listen?: boolean;
}

/** A program of a few lines around @vipcast/speaker, for what the command line cannot say: routes that differ and change. */
export class ScriptedSpeaker {
  readonly process: LabProcess;

  private constructor(process: LabProcess) {
    this.process = process;
  }

  static async start(sandbox: Sandbox, host: string, options: SpeakerProgram): Promise<ScriptedSpeaker> {
    const args = [
      "--input-type=module",
      "-e",
      program,
      speakerUrl(),
      transportUrl,
      JSON.stringify({ ...options, library: libraryUrl() }),
    ];
    const speaker = new ScriptedSpeaker(await sandbox.spawn(host, [process.execPath, ...args]));
    await speaker.said("ready");
    return speaker;
  }

  /** Changes the routes it announces. */
  async apply(change: {
    readonly announce?: RouteChange["announce"];
    readonly withdraw?: readonly RoutePath[];
  }): Promise<void> {
    await this.process.write(`${JSON.stringify(change)}\n`);
  }

  /** Calls a method of the peer, or of the speaker: `restart` closes it for one, and ends the program. */
  async call(
    name:
      | "shutdown"
      | "enable"
      | "reset"
      | "setPassword"
      | "gracefulShutdown"
      | "refresh"
      | "softReset"
      | "initialRoutesComplete"
      | "restart"
      | "stale",
    ...args: unknown[]
  ): Promise<void> {
    await this.process.write(`${JSON.stringify({ call: name, args })}\n`);
  }

  /** Waits for one of its lines, with a word in it, and returns the first such. */
  async said(event: string, timeoutMs = 5000, word = ""): Promise<string> {
    return waitFor(
      () => `the speaker does not say ${event} ${word}: ${this.process.tail()}`,
      () =>
        this.process.lines.find(({ text }) => text.includes(`"event":"${event}"`) && text.includes(word))?.text ?? null,
      timeoutMs,
    );
  }

  /** Whether one of its lines about an event has a word in it. */
  saidOf(event: string, word: string): boolean {
    return this.process.lines.some(({ text }) => text.includes(`"event":"${event}"`) && text.includes(word));
  }

  /** How often it has said so. */
  count(event: string): number {
    return this.process.lines.filter(({ text }) => text.includes(`"event":"${event}"`)).length;
  }

  async stop(): Promise<void> {
    await this.process.signal("SIGTERM");
    await this.process.exited;
  }
}
