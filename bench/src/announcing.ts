import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AddressPort,
  Announcer,
  type DesiredVip,
  type LedgerPort,
  parseVip,
  type RoutePort,
} from "@vipcast/announcer";
import { Ledger, type OwnershipMark, ownershipMark, Rtnetlink } from "@vipcast/linux";
import { type PeerOptions, Speaker } from "@vipcast/speaker";

/** How the CLI puts the parts together; it exports nothing, so its own build is used. */
interface Adapters {
  readonly KernelAddresses: new (kernel: Rtnetlink, mark: OwnershipMark) => AddressPort;
  readonly SpeakerRoutes: new (
    speaker: Speaker,
    onError: (error: Error) => void,
  ) => RoutePort & { addPeer(options: PeerOptions): void };
  readonly FileLedger: new (ledger: Ledger) => LedgerPort;
}

async function adapters(): Promise<Adapters> {
  const files = ["kernel-addresses", "speaker-routes", "file-ledger"];
  const loaded = await Promise.all(
    files.map((name) => import(new URL(`../../packages/cli/dist/adapters/${name}.js`, import.meta.url).href)),
  );
  return Object.assign({}, ...loaded);
}

const program = `
const { Speaker } = await import(process.argv[1]);
const { createServer } = await import("node:net");
let updates = 0, announced = 0, withdrawn = 0;
const speaker = new Speaker({ asn: 65000, routerId: "10.0.0.254" });
const { port } = await speaker.listen({ host: "10.0.0.254", port: 0 });
speaker.addPeer({ passive: true, address: "10.0.0.1", asn: 65001, holdTime: 90 }, {
  onEstablished: () => process.send({ established: true }),
  onUpdate: (update) => {
    const at = Number(process.hrtime.bigint()) / 1e6;
    if (update.endOfRib !== -1) return undefined;
    updates++;
    update.nlri.forEach(() => announced++);
    update.withdrawn.forEach(() => withdrawn++);
    process.send({ at, updates, announced, withdrawn });
    return undefined;
  },
});
process.send({ port });
`;

/** What the peer has received so far, and when the last of it was at its socket. */
export interface Arrival {
  /** Milliseconds of the clock that all processes share. */
  readonly at: number;
  readonly updates: number;
  readonly announced: number;
  readonly withdrawn: number;
}

/** An announcer with kernel, ledger and session, all real, and a peer in a process of its own. */
export interface Announcing {
  readonly announcer: Announcer;
  /** Resolves with the first arrival that `enough` accepts, later than the call. */
  arrived(enough: (arrival: Arrival) => boolean): Promise<Arrival>;
  close(): Promise<void>;
}

/** Milliseconds of the clock that all processes share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A VIP with nothing but its prefix. */
export function vip(prefix: string, med?: number): DesiredVip {
  const parsed = parseVip({ prefix, ...(med === undefined ? {} : { med }) });
  if (!parsed.ok) throw new Error(parsed.refusals.map(({ message }) => message).join("; "));
  return parsed.vip;
}

/** Starts both, and resolves when the session is Established and the host has been observed. */
export async function startAnnouncing(): Promise<Announcing> {
  const peer: ChildProcess = spawn(
    process.execPath,
    ["--input-type=module", "-e", program, import.meta.resolve("@vipcast/speaker")],
    { stdio: ["ignore", "ignore", "inherit", "ipc"] },
  );
  const [{ port }] = (await once(peer, "message")) as [{ readonly port: number }];
  const { KernelAddresses, SpeakerRoutes, FileLedger } = await adapters();
  const stateDir = mkdtempSync(join(tmpdir(), "vipcast-bench-"));
  const kernel = new Rtnetlink();
  const mark = ownershipMark("bench");
  const speaker = new Speaker({ asn: 65001, routerId: "10.0.0.1" });
  const routes = new SpeakerRoutes(speaker, (error) => console.error(error));
  const ledger = new FileLedger(new Ledger({ stateDir, mark }));
  const announcer = new Announcer({ ports: { addresses: new KernelAddresses(kernel, mark), routes, ledger } });
  const waiting = new Set<(arrival: Arrival) => void>();
  const established = new Promise<void>((resolve) => {
    peer.on("message", (message: Arrival | { established: true }) => {
      if ("established" in message) resolve();
      else for (const wait of [...waiting]) wait(message);
    });
  });
  await announcer.start();
  routes.addPeer({ address: "10.0.0.254", asn: 65000, port, source: "10.0.0.1", holdTime: 90 });
  announcer.set([]);
  await established;
  return {
    announcer,
    arrived: (enough) =>
      new Promise((resolve) => {
        const wait = (arrival: Arrival): void => {
          if (!enough(arrival)) return;
          waiting.delete(wait);
          resolve(arrival);
        };
        waiting.add(wait);
      }),
    close: async () => {
      await announcer.close();
      await speaker.close();
      kernel.close();
      peer.kill();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
