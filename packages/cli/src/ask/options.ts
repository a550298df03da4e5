import type { OptionSpec } from "../arguments/option.ts";
import { defaultConfigFile } from "../config/config-file.ts";

const daemon = "Which daemon:";

/** Options of every verb that asks a daemon. */
export const daemonOptions: readonly OptionSpec[] = [
  {
    group: daemon,
    name: "socket",
    value: "PATH",
    summary:
      "its control socket (default: /run/vipcast/vipcast.sock; without root first $XDG_RUNTIME_DIR/vipcast/vipcast.sock)",
    complete: "file",
  },
  {
    group: daemon,
    name: "instance",
    value: "NAME",
    summary: "the daemon of that name: the socket NAME.sock in the same folder",
  },
  {
    group: daemon,
    name: "config",
    short: "c",
    value: "FILE",
    summary: `the daemon that runs this configuration file, as ${defaultConfigFile}`,
  },
];

export const jsonOption: OptionSpec = { group: "Output:", name: "json", summary: "one JSON object" };
export const jsonLinesOption: OptionSpec = { group: "Output:", name: "json", summary: "one JSON object per line" };

export const watchOption: OptionSpec = {
  group: "Output:",
  name: "watch",
  summary: "show it again every second until Ctrl-C; where nobody looks on, only when it has changed",
};
