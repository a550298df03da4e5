import type { VerbSpec } from "../arguments/option.ts";
import { defaultConfigFile } from "../config/config-file.ts";

/** `vipcast run` as its command line sees it. */
export const runVerb: VerbSpec = {
  name: "run",
  summary: "Bind and announce what a configuration file says, until told to stop.",
  operandHelp: [],
  looksLikeOperand: () => false,
  options: [
    {
      group: "Input:",
      name: "config",
      short: "c",
      value: "FILE",
      summary: `the configuration file (default: ${defaultConfigFile})`,
    },
    { group: "Output:", name: "json", summary: "events as JSON, one object per line on standard output" },
  ],
  epilogue: `The file and the folder conf.d beside it: see docs/config.md. vipcast check says what is wrong with them.

Signals: SIGTERM and SIGINT drain, withdraw, unbind, close the sessions and exit 0; a second one skips the drain. SIGHUP reads the files again and
changes only what differs; files with a problem change nothing. SIGUSR2 restarts: addresses stay bound, peers with graceful restart keep the
routes, and the next process, under the same process id, reads the files anew. Under systemd (NOTIFY_SOCKET is set) that is systemd's to start.
Exit codes: 0 stopped as asked; 75 restart me (SIGUSR2 under systemd); 1 failed while running; 2 wrong usage or configuration, nothing was changed.

Example:
  vipcast run -c /etc/vipcast/vipcast.yaml`,
};
