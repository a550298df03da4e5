/** The program behind the lab's helper processes: `lab-entry.js ROLE [arguments]`. Started by the lab, not by people. */
import type { EmbeddedRouterArguments } from "./inner/embedded-router.ts";
import type { ProberArguments, ServiceArguments } from "./inner/messages.ts";
import type { Isolation } from "./sandbox/shape.ts";

const [role = "", ...args] = process.argv.slice(2);
switch (role) {
  case "inner": {
    const { runInner } = await import("./inner/inner.ts");
    runInner((args[0] ?? "none") as Isolation);
    break;
  }
  case "service": {
    const { runService } = await import("./inner/service.ts");
    await runService(JSON.parse(args[0] ?? "{}") as ServiceArguments);
    break;
  }
  case "prober": {
    const { runProber } = await import("./inner/prober.ts");
    runProber(JSON.parse(args[0] ?? "{}") as ProberArguments);
    break;
  }
  case "embedded-router": {
    const { runEmbeddedRouter } = await import("./inner/embedded-router.ts");
    await runEmbeddedRouter(JSON.parse(args[0] ?? "{}") as EmbeddedRouterArguments);
    break;
  }
  default:
    process.stderr.write(`lab-entry: unknown role ${JSON.stringify(role)}\n`);
    process.exitCode = 2;
}
