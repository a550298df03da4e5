import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { defaultGateways } from "../../src/run/gateways.ts";

const folder = mkdtempSync(join(tmpdir(), "vipcast-gateways-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// As the kernel prints them on a little-endian machine: proc_pid_net(5).
test("finds the gateways of default routes, each once, a link-local one with its interface", () => {
  writeFileSync(
    join(folder, "route"),
    `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\tFE00000A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth1\t00000000\tFE00000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth1\t00000000\t00000000\t0001\t0\t0\t200\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`,
  );
  const zero = "0".repeat(32);
  writeFileSync(
    join(folder, "ipv6_route"),
    `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000003 00000000 00000003     eth0
${zero} 00 ${zero} 00 20010db8000000000000000000000001 00000400 00000003 00000000 00000003     eth0
${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo
20010db8000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth0
`,
  );
  const found = ["10.0.0.254", "fe80::1%eth0", "2001:db8::1"];
  const octets = new Uint8Array(Uint16Array.of(1).buffer);
  expect(defaultGateways(folder)).toEqual(octets[0] === 1 ? found : ["254.0.0.10", ...found.slice(1)]);
});

test("where the kernel shows nothing there are none", () => {
  expect(defaultGateways(join(folder, "nowhere"))).toEqual([]);
});
