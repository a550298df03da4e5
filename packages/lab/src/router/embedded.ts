import { labEntryPath } from "../entry-path.ts";
import { LabError } from "../errors.ts";
import type {
  EmbeddedRouterArguments,
  EmbeddedRouterMessage,
  EmbeddedRouterQuestion,
} from "../inner/embedded-router.ts";
import type { LabProcess } from "../sandbox/lab-process.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Plan } from "../topology/plan.ts";
import { waitFor } from "../wait.ts";
import { kernelNextHops } from "./kernel-routes.ts";
import type { BgpPath, NextHop, Router, RouterConfig, RouterSession } from "./router.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

/** vipcast's own speaker as the lab's router. In loopback mode it keeps its routes to itself. */
export class EmbeddedRouter implements Router {
  readonly kind = "embedded";
  readonly installsRoutes: boolean;
  readonly #sandbox: Sandbox;
  readonly #arguments: EmbeddedRouterArguments;
  readonly #log: string[] = [];
  readonly #answers = new Map<number, (message: EmbeddedRouterMessage) => void>();
  #process: LabProcess | null = null;
  #nextId = 1;
  #wanted = false;

  constructor(sandbox: Sandbox, config: RouterConfig, plan: Plan) {
    this.#sandbox = sandbox;
    this.installsRoutes = plan.mode === "namespaces";
    const listen = this.installsRoutes ? ["0.0.0.0", ...(plan.ipv6 ? ["::"] : [])] : [plan.router.lan.ipv4];
    this.#arguments = { config, listen, installRoutes: this.installsRoutes };
  }

  async start(): Promise<void> {
    if (this.#process !== null && this.#process.exit === null)
      throw new LabError("bad-option", "the router runs already");
    const argv = [process.execPath, labEntryPath(), "embedded-router", JSON.stringify(this.#arguments)];
    const router = await this.#sandbox.spawn(this.installsRoutes ? "router" : null, argv);
    this.#process = router;
    this.#wanted = true;
    let listening = false;
    router.onLine((line) => {
      if (line.stream === "stderr") {
        this.#log.push(line.text);
        return;
      }
      const message = JSON.parse(line.text) as EmbeddedRouterMessage;
      if (message.kind === "listening") listening = true;
      else this.#answers.get(message.id)?.(message);
    });
    await waitFor(
      () => `the embedded router does not listen: ${router.tail()}`,
      () => {
        if (router.exit !== null) throw new LabError("command-failed", `the embedded router ended: ${router.tail(12)}`);
        return listening ? true : null;
      },
      8000,
      5,
    );
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#process?.signal("SIGTERM");
    await this.#process?.exited;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async signal(name: NodeJS.Signals): Promise<void> {
    if (name === "SIGKILL" || name === "SIGTERM") this.#wanted = false;
    await this.#process?.signal(name);
    if (name === "SIGKILL") await this.#process?.exited;
  }

  async routes(prefix: string): Promise<readonly NextHop[]> {
    return this.installsRoutes ? kernelNextHops(this.#sandbox, "router", prefix) : [];
  }

  async bgpTable(prefix: string): Promise<readonly BgpPath[]> {
    const message = await this.#ask({ ask: "table", prefix });
    return message.kind === "table" ? message.paths : [];
  }

  async sessions(): Promise<readonly RouterSession[]> {
    const message = await this.#ask({ ask: "sessions" });
    return message.kind === "sessions" ? message.sessions : [];
  }

  async version(): Promise<string> {
    return "vipcast's own speaker";
  }

  complaint(): string | null {
    const ended = this.#wanted && this.#process !== null && this.#process.exit !== null;
    return ended ? `the embedded router ended by itself: ${this.#log.slice(-5).join("\n")}` : null;
  }

  log(): readonly string[] {
    return this.#log;
  }

  async #ask(question: Unnumbered<EmbeddedRouterQuestion>): Promise<EmbeddedRouterMessage> {
    const router = this.#process;
    if (router === null || router.exit !== null)
      throw new LabError("command-failed", "the embedded router does not run");
    const id = this.#nextId++;
    const answer = new Promise<EmbeddedRouterMessage>((resolve) => this.#answers.set(id, resolve));
    await router.write(`${JSON.stringify({ ...question, id })}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LabError("timeout", "the embedded router does not answer")), 5000);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
      this.#answers.delete(id);
    }
  }
}
