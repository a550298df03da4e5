import { describe, expect, it } from "vitest";
import { LITTLE_ENDIAN, viewOf } from "../../src/libc/host-order.ts";
import { RTM } from "../../src/netlink/constants.ts";
import { routeFilter } from "../../src/netlink/route-filter.ts";

/** What the kernel's interpreter answers for a message; the few instructions of the filter (Linux, Documentation/networking/filter.rst). */
function run(program: Uint8Array, message: Uint8Array): number {
  const view = viewOf(program);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const code = view.getUint16(at * 8, LITTLE_ENDIAN);
    const operand = view.getUint32(at * 8 + 4, LITTLE_ENDIAN);
    if (code === 0x28) accumulator = viewOf(message).getUint16(operand);
    else if (code === 0x30) accumulator = message[operand]!;
    else if (code === 0x15) at += program[at * 8 + (accumulator === operand ? 2 : 3)]!;
    else if (code === 0x06) return operand;
    else throw new Error(`no such instruction: ${code}`);
  }
}

function message(type: number, table: number, protocol: number): Uint8Array {
  const bytes = new Uint8Array(28);
  viewOf(bytes).setUint16(4, type, LITTLE_ENDIAN);
  bytes[20] = table;
  bytes[21] = protocol;
  return bytes;
}

describe("the filter of an event socket", () => {
  const program = routeFilter({ table: 255, protocol: 77 });

  it.each([
    ["a route of the table and protocol", message(RTM.newRoute, 255, 77), true],
    ["its removal", message(RTM.delRoute, 255, 77), true],
    ["a route of another table", message(RTM.newRoute, 254, 77), false],
    ["a removal from another table", message(RTM.delRoute, 254, 77), false],
    ["a route of another protocol", message(RTM.newRoute, 255, 2), false],
    ["an address, whatever its octets", message(RTM.newAddress, 1, 2), true],
    ["a link, whatever its octets", message(RTM.delLink, 1, 2), true],
  ])("lets %s pass: %#", (_, bytes, passes) => {
    expect(run(program, bytes) !== 0).toBe(passes);
  });
});
