// Brings the build up to date, then runs the given command in its place: `with-build.mjs <command> [args...]`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const steps = [
  [join(root, "node_modules/typescript/bin/tsc"), "-b"],
  [join(root, "scripts/bundle.mjs"), "--if-stale"],
];
for (const step of steps) {
  const { status, signal } = spawnSync(process.execPath, step, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) {
    console.error(`the build failed: node ${step.join(" ")} ended with ${signal ?? `exit code ${status}`}`);
    process.exit(1);
  }
}

// Nothing may go on without the one who asked for it: when we are killed the kernel tells the child, when our parent is we do.
const setpriv = "/usr/bin/setpriv";
const tether = existsSync(setpriv) ? [setpriv, "--pdeathsig", "TERM"] : [];
const [command, ...args] = [...tether, ...process.argv.slice(2)];
const child = spawn(command, args, { cwd: root, stdio: "inherit" });
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill("SIGTERM"), 250).unref();
// A terminal sends Ctrl-C to the whole group; a supervisor sends it to us alone. Either way the child decides when it is done.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
