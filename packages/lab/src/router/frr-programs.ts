import type { Isolation } from "../sandbox/shape.ts";
import type { DaemonProgram } from "./daemon.ts";

/** Where Debian keeps FRR's daemons. */
export const frrFolder = "/usr/lib/frr";

/** What must be installed for {@link frrPrograms} and {@link vtyshCommand}. */
export const frrRequired: readonly string[] = [`${frrFolder}/bgpd`, `${frrFolder}/zebra`, "vtysh"];

/**
 * FRR in a folder that has `bgpd.conf` and `zebra.conf`, in the order of the start. zebra wants to become the user `frr`, which a user
 * namespace does not have: there bgpd runs alone, and its routes do not reach the kernel.
 */
export function frrPrograms(folder: string, isolation: Isolation, listenPort?: number): readonly DaemonProgram[] {
  const file = (name: string): string => `${folder}/${name}`;
  const common = (name: string): readonly string[] => {
    const files = ["-f", file(`${name}.conf`), "-i", file(`${name}.pid`), "--vty_socket", folder];
    return [`${frrFolder}/${name}`, ...files, "-A", "127.0.0.1", "-P", "0"];
  };
  const port = listenPort === undefined ? [] : ["-p", String(listenPort)];
  if (isolation !== "privileged") return [{ name: "bgpd", argv: [...common("bgpd"), ...port, "-Z", "-S", "-n"] }];
  const shared = ["-u", "frr", "-g", "frr", "-z", file("zserv.api")];
  return [
    { name: "zebra", argv: [...common("zebra"), ...shared] },
    { name: "bgpd", argv: [...common("bgpd"), ...shared, ...port] },
  ];
}

/** Asks one of them. */
export function vtyshCommand(folder: string, program: string, command: string): readonly string[] {
  return ["vtysh", "--vty_socket", folder, "-d", program, "-c", command];
}
