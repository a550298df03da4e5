import type { VerbSpec } from "../arguments/option.ts";
import type { NodeDrain, VipView } from "../control/resources/vip.ts";
import { jsonLine } from "../output/safe-text.ts";
import { countText } from "../output/span.ts";
import { ask } from "./ask.ts";
import { looksLikeVip, parseVipOperand, segment } from "./operands.ts";
import { daemonOptions, jsonOption } from "./options.ts";

/** `vipcast undrain` as its command line sees it. */
export const undrainVerb: VerbSpec = {
  name: "undrain",
  summary: "Put a drained virtual IP, or the whole node, back into service.",
  operandHelp: [["[vip]", "the virtual IP (default: all that is drained)"]],
  completeOperand: "vip",
  looksLikeOperand: looksLikeVip,
  options: [...daemonOptions, jsonOption],
  epilogue: `It takes back a drain that is under way as well. While the whole node is drained, no single virtual IP can be put back.

Example:
  vipcast undrain 192.0.2.10`,
};

export function run(argv: readonly string[]): Promise<number> {
  return ask(
    {
      spec: undrainVerb,
      parseOperand: parseVipOperand,
      act: async ({ client, operand, json, write }) => {
        const path = operand === null ? "/v1/undrain" : `/v1/vips/${segment(operand)}/undrain`;
        const outcome = await client.ask<VipView | NodeDrain>({ method: "POST", path });
        write(json ? jsonLine(outcome) : undrainText(outcome));
        return 0;
      },
    },
    argv,
  );
}

/** What came of it. */
export function undrainText(outcome: VipView | NodeDrain): string {
  return "vip" in outcome
    ? `${outcome.vip} is put back into service, now ${outcome.state}: vipcast explain ${outcome.vip} says how far it is\n`
    : `no drain is left, ${countText(outcome.vips, "virtual IP")} put back into service\n`;
}
