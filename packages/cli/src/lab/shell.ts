import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Lab, LabError, type RouterKind, type Sandbox } from "@vipcast/lab";

/** What the shell is given. */
export interface ShellOptions {
  readonly nodes: number;
  readonly router: RouterKind;
  /** The executable and first arguments of `vipcast`. */
  readonly nodeCommand: readonly string[];
}

/**
 * Builds a lab in which nothing is announced yet, and runs the user's shell inside until it ends, with a command for each host and `vipcast` itself. Returns
 * the shell's exit code; the lab and everything that was started in it end with it.
 */
export async function runShell({ nodes, router, nodeCommand }: ShellOptions): Promise<number> {
  let lab: Lab;
  try {
    // Its own clients have nothing to measure here, and hardly run.
    lab = await Lab.start({ nodeCommand, nodes, router, mode: "namespaces", probeIntervalMs: 60_000 });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    process.stderr.write(`vipcast lab: ${error.message}.\n`);
    return error.code === "tool-missing" || error.code === "router-missing" ? 2 : 1;
  }
  // Ctrl-C is for what runs in the shell.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  try {
    const names = [...lab.nodes.map(({ name }) => name), "router", "client"];
    const commands = `${lab.sandbox.folder}/commands`;
    await writeCommands(lab.sandbox, commands, names, nodeCommand);
    if (process.stdin.isTTY) process.stdout.write(welcome(lab, names));
    return await inside(lab.sandbox, commands);
  } finally {
    process.off("SIGINT", ignore);
    await lab.close();
  }
}

async function writeCommands(
  sandbox: Sandbox,
  folder: string,
  names: readonly string[],
  nodeCommand: readonly string[],
): Promise<void> {
  const quoted = nodeCommand.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  for (const name of names)
    await sandbox.writeFile(`${folder}/${name}`, `#!/bin/sh\nexec ip netns exec ${name} "$@"\n`, 0o755);
  await sandbox.writeFile(`${folder}/vipcast`, `#!/bin/sh\nexec ${quoted} "$@"\n`, 0o755);
}

function inside(sandbox: Sandbox, commands: string): Promise<number> {
  const shell = process.env["SHELL"] ?? "/bin/sh";
  const [program = "", ...enter] = sandbox.enterCommand();
  const args = [...enter, "env", `--chdir=${sandbox.folder}`, shell];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: "inherit",
      env: { ...process.env, PATH: `${commands}:${process.env["PATH"] ?? ""}`, PS1: "lab$ " },
    });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function welcome({ plan }: Lab, names: readonly string[]): string {
  const nodes = plan.nodes.map(({ name, addresses, asn }) => `${name} ${addresses.ipv4} (AS ${asn})`).join(", ");
  return `${nodes}; the router is ${plan.router.lan.ipv4} (AS ${plan.router.asn}).
Run a command on a host with ${names.join(", ")}, as in: node1 ip address. exit ends the lab, and with it whatever was started here.
`;
}
