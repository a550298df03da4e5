import type { DesiredVip } from "@vipcast/announcer";

type Binding = Pick<DesiredVip, "prefix" | "interface" | "bind" | "adopt" | "address" | "prefixLength">;

/** What becomes of a new virtual IP, as a sentence without a period. */
export function addedSentence(vip: Binding): string {
  const { prefix, interface: name, bind, adopt } = vip;
  const announced = !bind
    ? `${prefix} is announced, and bound by somebody else (bind: false)`
    : adopt
      ? `${prefix} is announced, and bound on ${name} unless it is there already (adopt: true)`
      : `${prefix} is bound on ${name}${isAggregate(vip) ? " as a local route" : ""} and announced`;
  return `${announced}; where other hosts announce it, routers move flows`;
}

/** What becomes of a virtual IP that is wanted no longer. An address that vipcast has not added stays. */
export function removedSentence({ prefix, bind, adopt }: Binding): string {
  if (!bind) return `${prefix} is drained and withdrawn; its address was bound by somebody else and stays`;
  if (adopt) return `${prefix} is drained and withdrawn; its address stays where vipcast found it, else it is unbound`;
  return `${prefix} is drained, withdrawn and unbound; connections to it on this host end`;
}

/** What becomes of one whose binding changes. */
export function reboundSentence(was: Binding, vip: Binding): string {
  if (!vip.bind)
    return was.bind ? "vipcast binds it no longer, and takes away what it has bound" : "vipcast binds it nowhere";
  return was.bind ? "it is bound anew where it belongs" : `it is bound on ${vip.interface}`;
}

function isAggregate({ address, prefixLength }: Binding): boolean {
  return prefixLength < (address.includes(":") ? 128 : 32);
}
