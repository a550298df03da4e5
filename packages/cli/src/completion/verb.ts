import type { VerbSpec } from "../arguments/option.ts";
import { daemonOptions } from "../ask/options.ts";

/** `vipcast completion` as its command line sees it. */
export const completionVerb: VerbSpec = {
  name: "completion",
  summary:
    "Print what a shell needs to complete verbs, options, their values, and the names that the running daemon knows.",
  operandHelp: [
    [
      "bash|zsh|fish",
      "the shell; vips or peers: the names themselves, one per line, which is what its script asks for",
    ],
  ],
  completeOperand: ["bash", "zsh", "fish"],
  looksLikeOperand: () => true,
  options: daemonOptions,
  epilogue: `Examples, for every new shell (zsh: a folder of $fpath; fish: as written):
  vipcast completion bash > /etc/bash_completion.d/vipcast
  vipcast completion zsh > /usr/local/share/zsh/site-functions/_vipcast
  vipcast completion fish > ~/.config/fish/completions/vipcast.fish
For this one alone:
  source <(vipcast completion bash)`,
};
