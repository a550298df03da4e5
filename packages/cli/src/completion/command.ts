import type { RawArguments } from "../arguments/option.ts";
import { parseCommandLine } from "../arguments/parse.ts";
import { problemSentence, shown } from "../arguments/problem.ts";
import type { ControlClient } from "../control/client/client.ts";
import type { PeerList } from "../control/resources/peer.ts";
import type { VipList } from "../control/resources/vip.ts";
import type { CompletionModel } from "./model.ts";
import { completionVerb } from "./verb.ts";

const shells = ["bash", "zsh", "fish"] as const;
const names = ["vips", "peers"] as const;

/** Runs `vipcast completion`. */
export async function run(argv: readonly string[]): Promise<number> {
  const line = parseCommandLine(completionVerb, argv);
  if (line.kind === "help") {
    process.stdout.write(line.text);
    return 0;
  }
  const [word, ...others] = line.raw.operands;
  const shell = shells.find((one) => one === word);
  const name = names.find((one) => one === word);
  const problems = [...line.problems];
  if (others.length > 0 || (shell === undefined && name === undefined)) {
    const subject = `vipcast completion${word === undefined ? "" : ` ${shown(line.raw.operands.join(" "))}`}`;
    problems.push({ subject, rule: "needs one shell", remedy: "write bash, zsh or fish" });
  }
  if (problems.length > 0) {
    for (const problem of problems) process.stderr.write(`${problemSentence(problem)}\n`);
    return 2;
  }
  if (name !== undefined) return printNames(name, line.raw);
  const [{ verbSpecs }, { completionModel }] = await Promise.all([import("../verb-specs.ts"), import("./model.ts")]);
  const model = completionModel(verbSpecs);
  process.stdout.write(await script(shell ?? "bash", model));
  return 0;
}

async function script(shell: (typeof shells)[number], model: CompletionModel): Promise<string> {
  switch (shell) {
    case "bash":
      return (await import("./bash.ts")).bashScript(model);
    case "zsh":
      return (await import("./zsh.ts")).zshScript(model);
    case "fish":
      return (await import("./fish.ts")).fishScript(model);
    default:
      return shell satisfies never;
  }
}

/** A person is waiting for the cursor: who does not answer within this time has no names. */
const patienceMs = 1000;

/** Names that the daemon knows, one per line. Where none answers there are none, and that is no failure of the shell's. */
async function printNames(what: (typeof names)[number], raw: RawArguments): Promise<number> {
  const [{ ControlClient }, { ClientFailure }, { findSocket }, { version }] = await Promise.all([
    import("../control/client/client.ts"),
    import("../control/client/failure.ts"),
    import("../control/client/find-socket.ts"),
    import("../version.ts"),
  ]);
  try {
    const client = new ControlClient(await findSocket(raw, process.env), version());
    const lines = await namesOf(client, what);
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    return 0;
  } catch (error) {
    if (error instanceof ClientFailure) return 1;
    throw error;
  }
}

async function namesOf(client: ControlClient, what: (typeof names)[number]): Promise<readonly string[]> {
  if (what === "vips") {
    const { vips } = await client.ask<VipList>({
      path: "/v1/vips",
      timeoutMs: patienceMs,
    });
    return vips.map(({ vip }) => vip);
  }
  const { peers } = await client.ask<PeerList>({
    path: "/v1/peers",
    timeoutMs: patienceMs,
  });
  return peers.map(({ address }) => address);
}
