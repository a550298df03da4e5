/** The program behind the lab's helper processes: `lab-entry.js ROLE [arguments]`. Started by the lab, not by people. */
import type { Isolation } from "./sandbox/shape.ts";

const [role = "", ...args] = process.argv.slice(2);
switch (role) {
  case "inner": {
    const { runInner } = await import("./inner/inner.ts");
    runInner((args[0] ?? "none") as Isolation);
    break;
  }
  default:
    process.stderr.write(`lab-entry: unknown role ${JSON.stringify(role)}\n`);
    process.exitCode = 2;
}
