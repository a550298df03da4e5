import type { VerbSpec } from "../arguments/option.ts";
import { defaultConfigFile } from "../config/config-file.ts";

/** `vipcast check` as its command line sees it. */
export const checkVerb: VerbSpec = {
  name: "check",
  summary:
    "Validate configuration files without running them: every problem, with file, line and remedy. Several files are compared.",
  operandHelp: [["[FILE...]", "more configuration files, one per node"]],
  looksLikeOperand: () => true,
  options: [
    {
      group: "Input:",
      name: "config",
      short: "c",
      value: "FILE",
      repeatable: true,
      summary: `the configuration file (default: ${defaultConfigFile}); repeatable`,
    },
    { group: "Output:", name: "json", summary: "one JSON object" },
  ],
  epilogue: `Also read is the folder conf.d beside each file. Keys of peers are looked for, and nothing is changed.

Several files are taken for nodes that serve the same addresses: in what routers would not find them equal is said as a warning, what
was declared (a standby) as a note. Neither changes the exit code. Files in one folder share its conf.d; give each node its own folder
where that is not meant.

Exit codes: 0 valid; 2 something is wrong.

Example:
  vipcast check -c /etc/vipcast/vipcast.yaml
  vipcast check node-a/vipcast.yaml node-b/vipcast.yaml`,
};
