import { LabError } from "../errors.ts";
import { parseAddressLine } from "../inner/watch.ts";
import type { LabNode } from "../node/lab-node.ts";
import type { LabProcess } from "../sandbox/lab-process.ts";
import { addressOf } from "../topology/plan.ts";
import { waitFor } from "../wait.ts";
import type { ScenarioRun } from "./run.ts";

/** An address that was there before and that every start is told to adopt. */
export const adoptedVip = "198.51.100.10/32";
/** The address of another instance of the announcer on the same host, with a mark of its own. */
const otherInstanceVip = "203.0.113.10/32";
/** Comes and goes, so that it is known that the watch watches. */
const canary = "192.0.2.250/32";

/** What the kernel said about an address. */
export interface AddressNotice {
  readonly address: string;
  readonly bound: boolean;
  /** `monotonicMs()`. */
  readonly at: number;
}

/** Every notice of a node's kernel about its addresses, and those that concern nobody's VIPs. */
export class AddressWatch {
  readonly notices: AddressNotice[] = [];

  private constructor(process: LabProcess) {
    process.onLine(({ text, at }) => {
      const change = parseAddressLine(text);
      if (change !== null) this.notices.push({ ...change, at });
    });
  }

  /** Resolves when it is certain that it sees what happens. */
  static async start(run: ScenarioRun, node: LabNode): Promise<AddressWatch> {
    const { sandbox } = run.lab;
    const watch = new AddressWatch(await sandbox.spawn(node.host, ["ip", "-oneline", "monitor", "address"]));
    const input = `address add ${canary} dev eth0\naddress del ${canary} dev eth0\n`;
    await waitFor(
      "the watch on a node's addresses sees nothing",
      async () => {
        await sandbox.exec(node.host, ["ip", "-batch", "-"], { input });
        return watch.notices.some(({ bound }) => !bound) ? true : null;
      },
      5000,
    );
    return watch;
  }

  /** Notices since `from` (an index) about addresses that are no VIPs: nobody but a stranger may cause one. */
  foreign(from: number, vips: ReadonlySet<string>): readonly AddressNotice[] {
    const own = new Set([...vips, canary].map(addressOf));
    return this.notices.slice(from).filter(({ address }) => !own.has(address));
  }
}

/**
 * Puts addresses beside the VIPs that look like them, on `lo` and on `eth0`; one that is to be adopted; and one of another instance of the
 * announcer, which runs on. None of them may ever be touched.
 */
export async function addBystanders(run: ScenarioRun, node: LabNode): Promise<void> {
  const { sandbox, plan } = run.lab;
  const six = ["2001:db8::9/128 dev lo nodad preferred_lft 0", "2001:db8::200/128 dev eth0 nodad"];
  const addresses = [
    `${adoptedVip} dev lo scope host`,
    "192.0.2.9/32 dev lo scope host",
    "192.0.2.11/32 dev lo",
    "192.0.2.200/32 dev eth0",
    ...(plan.ipv6 ? six : []),
  ];
  const input = addresses.map((address) => `address add ${address}\n`).join("");
  await sandbox.exec(node.host, ["ip", "-batch", "-"], { input });
  const other = await node.spawnBeside([
    "announce",
    otherInstanceVip,
    "--asn",
    "65002",
    "--router-id",
    `10.0.1.${node.plan.index}`,
    // Nobody listens there: it binds and never announces.
    "--peer",
    "127.0.0.9,asn=65000",
    "--timers",
    "wan",
    "--state-dir",
    `${node.stateDir}-other`,
    "--json",
  ]);
  await waitFor(
    () => `another instance on ${node.name} does not bind ${otherInstanceVip}: ${other.tail()}`,
    () => {
      if (other.exit !== null)
        throw new LabError("command-failed", `another instance on ${node.name} ended: ${other.tail()}`);
      return other.lines.some(({ text }) => text.includes('"vip.bound"')) ? true : null;
    },
    15_000,
  );
}
