import { daemonSignals, type SignalInbox, type StopSignal, stopSignals } from "./signals.ts";

/** What a verb's module exports: it runs to the end and returns the exit code. `signals` is there for verbs that ask for it. */
export interface VerbModule {
  run(argv: readonly string[], signals?: SignalInbox): Promise<number>;
}

/** One verb in the list of them. The module is loaded when the verb is used. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<VerbModule>;
  /** Caught before the module is loaded, for a verb that has something to put in order. */
  readonly catches?: readonly StopSignal[];
}

/** Every verb there is. */
export const verbs: readonly Verb[] = [
  {
    name: "announce",
    summary: "bind virtual IPs on this host and announce them to BGP peers",
    load: () => import("./announce/command.ts"),
    catches: stopSignals,
  },
  {
    name: "run",
    summary: "the daemon: announce what a configuration file says, and reload it without a flap",
    load: () => import("./run/command.ts"),
    catches: daemonSignals,
  },
  {
    name: "check",
    summary: "validate configuration files; every problem with its line and remedy",
    load: () => import("./check/command.ts"),
  },
  {
    name: "lab",
    summary: "try it: nodes, a router and a client in network namespaces of this machine",
    load: () => import("./lab/command.ts"),
  },
  {
    name: "decode",
    summary: "show the BGP messages in captures, MRT dumps, hexadecimal or raw octets",
    load: () => import("./decode/command.ts"),
  },
];
