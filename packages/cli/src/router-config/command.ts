import type { RawArguments, VerbSpec } from "../arguments/option.ts";
import { parseCommandLine } from "../arguments/parse.ts";
import { type Problem, problemSentence, shown } from "../arguments/problem.ts";
import { configSentence } from "../config/problem.ts";
import { readConfig } from "../config/read-config.ts";
import type { ConfigSettings } from "../config/settings.ts";
import { ControlClient } from "../control/client/client.ts";
import { ClientFailure } from "../control/client/failure.ts";
import { findSocket } from "../control/client/find-socket.ts";
import type { ConfigView } from "../control/resources/config.ts";
import type { PeerList } from "../control/resources/peer.ts";
import { parseAddress } from "../values/address.ts";
import { version } from "../version.ts";
import { birdSide } from "./bird.ts";
import { frrSide } from "./frr.ts";
import { gobgpSide } from "./gobgp.ts";
import { ownAddressTowards } from "./own-address.ts";
import { type RouterSide, routerSide } from "./router-side.ts";

const routers: Readonly<Record<string, (side: RouterSide) => string>> = {
  bird: birdSide,
  frr: frrSide,
  gobgp: gobgpSide,
};

/** What the router's side is made from, and the addresses by which routers see this node, where they are known. */
interface Subject {
  readonly settings: Pick<ConfigSettings, "asn" | "listen" | "vips" | "peers">;
  readonly localAddress: (peer: string) => string | null;
}

/** Runs `vipcast peers --router-config`. */
export async function runRouterConfig(verb: VerbSpec, argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(verb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const { values } = line.raw;
  const problems = [...line.problems, ...problemsOf(line.raw)];
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`${problemSentence(problem)}\n`);
    return 2;
  }
  try {
    const subject = await subjectOf(line.raw);
    const write = routers[values.get("router-config")?.at(-1) ?? ""]!;
    const only = values.get("peer")?.at(-1);
    const peers = subject.settings.peers.filter(({ address }) => only === undefined || address === only);
    if (peers.length === 0) {
      const known = subject.settings.peers.map(({ address }) => address).join(", ");
      process.stderr.write(`--peer ${shown(only ?? "")}: is no peer of this configuration; write one of ${known}.\n`);
      return 2;
    }
    const texts = peers.map((peer) => {
      const own = subject.localAddress(peer.address) ?? peer.source;
      const nodes = values.get("node") ?? (own === null ? [] : [own]);
      return { peer: peer.address, text: write(routerSide(subject.settings, peer, nodes)) };
    });
    if (values.has("json")) process.stdout.write(`${JSON.stringify({ routers: texts })}\n`);
    else process.stdout.write(texts.map(({ text }) => text).join("\n"));
    if (texts.length > 1 && !values.has("json"))
      process.stderr.write(`These are ${texts.length} files, one for each router: --peer ADDR prints one.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

function problemsOf({ values, operands }: RawArguments): Problem[] {
  const problems: Problem[] = [];
  const router = values.get("router-config")?.at(-1) ?? "";
  if (!Object.hasOwn(routers, router))
    problems.push({
      subject: `--router-config ${shown(router)}`,
      rule: "is no router that a configuration can be written for",
      remedy: `write ${Object.keys(routers).join(" or ")}`,
    });
  if (values.has("watch"))
    problems.push({ subject: "--router-config --watch", rule: "exclude each other", remedy: "keep one of them" });
  for (const word of operands)
    problems.push({ subject: `vipcast peers ${shown(word)}`, rule: "takes no operand", remedy: "leave it out" });
  for (const node of values.get("node") ?? [])
    if (parseAddress(node) === null)
      problems.push({
        subject: `--node ${shown(node)}`,
        rule: "is no address",
        remedy: "write for example --node 10.0.0.1",
      });
  return problems;
}

async function subjectOf(raw: RawArguments): Promise<Subject> {
  const file = raw.values.get("config")?.at(-1);
  if (file !== undefined) {
    const { settings, problems } = readConfig(file);
    if (settings === null) throw new ClientFailure(problems.map(configSentence).join("\n"), { exitCode: 2 });
    const virtual = new Set(settings.vips.map(({ address }) => address));
    return { settings, localAddress: (peer) => ownAddressTowards(peer, virtual) };
  }
  const client = new ControlClient(await findSocket(raw, process.env), version());
  const { running } = await client.ask<ConfigView>({ path: "/v1/config" });
  const { peers } = await client.ask<PeerList>({ path: "/v1/peers" });
  const settings = running as unknown as Subject["settings"];
  const virtual = new Set(settings.vips.map(({ address }) => address));
  const sessions = new Map(
    peers.map(({ address, session }) => [address, session === undefined ? null : withoutPort(session.localAddress)]),
  );
  return {
    settings,
    localAddress: (peer) => sessions.get(peer) ?? ownAddressTowards(peer, virtual),
  };
}

/** `10.0.0.1:179` or `[2001:db8::1]:179`. */
function withoutPort(text: string): string {
  return text.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
}
