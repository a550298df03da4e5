import type { DesiredVip } from "@vipcast/announcer";
import { capabilityRemedy } from "@vipcast/linux";
import { hasCapability } from "../announce/capabilities.ts";
import type { LoadedConfig } from "./load.ts";

/** Why this process could not bind what it was told to; null where it could. */
export function bindingFault(vips: readonly DesiredVip[]): string | null {
  if (!vips.some(({ bind }) => bind) || hasCapability("CAP_NET_ADMIN")) return null;
  return `virtual IPs cannot be bound: ${capabilityRemedy("CAP_NET_ADMIN")}, or write bind: false`;
}

/** A virtual IP that this process may not bind would end it: such a configuration is refused as a whole. */
export function checkRights(loaded: LoadedConfig): LoadedConfig {
  const fault = loaded.ok ? bindingFault(loaded.configured.settings.vips) : null;
  if (!loaded.ok || fault === null) return loaded;
  const [rule = fault, remedy = "write bind: false"] = fault.split(/: (.*)/s);
  const file = loaded.files[0] ?? "";
  const problem = { file, line: 1, column: 1, path: "vips", value: null, rule, remedy };
  return { ok: false, sentences: [`${fault}.`], problems: [problem] };
}
