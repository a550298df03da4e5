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
    name: "status",
    summary: "whether all is well with the running daemon",
    load: () => import("./ask/status.ts"),
  },
  {
    name: "peers",
    summary: "its BGP sessions; the router's side of them",
    load: () => import("./ask/peers.ts"),
  },
  {
    name: "vips",
    summary: "its virtual IPs",
    load: () => import("./ask/vips.ts"),
  },
  {
    name: "routes",
    summary: "the routes it sends, or has received",
    load: () => import("./ask/routes.ts"),
  },
  {
    name: "explain",
    summary: "why a virtual IP is or is not announced, and what to do",
    load: () => import("./ask/explain.ts"),
  },
  {
    name: "events",
    summary: "what has happened, and what happens",
    load: () => import("./ask/events.ts"),
  },
  {
    name: "drain",
    summary: "take a virtual IP or the node out of service",
    load: () => import("./ask/drain.ts"),
  },
  {
    name: "undrain",
    summary: "put it back",
    load: () => import("./ask/undrain.ts"),
  },
  {
    name: "stop",
    summary: "end the daemon in order",
    load: () => import("./ask/stop.ts"),
  },
  {
    name: "restart",
    summary: "run it anew without taking its addresses away",
    load: () => import("./ask/restart.ts"),
  },
  {
    name: "reload",
    summary: "change what the configuration files change, or say what that costs",
    load: () => import("./ask/reload.ts"),
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
  {
    name: "completion",
    summary: "what a shell needs to complete all of this",
    load: () => import("./completion/command.ts"),
  },
];
