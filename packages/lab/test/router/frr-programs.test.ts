import { describe, expect, it } from "vitest";
import { frrPrograms, vtyshCommand } from "../../src/router/frr-programs.ts";

describe("frrPrograms", () => {
  it("starts zebra first, and both as FRR's own user, where that is allowed", () => {
    const programs = frrPrograms("/run/x", "privileged", 1790);
    expect(programs.map(({ name }) => name)).toEqual(["zebra", "bgpd"]);
    for (const { name, argv } of programs) {
      expect(argv.join(" ")).toContain(
        `/usr/lib/frr/${name} -f /run/x/${name}.conf -i /run/x/${name}.pid --vty_socket /run/x`,
      );
      expect(argv.join(" ")).toContain("-u frr -g frr -z /run/x/zserv.api");
    }
    expect(programs[1]?.argv.slice(-2)).toEqual(["-p", "1790"]);
  });

  it("starts bgpd alone in a user namespace", () => {
    const [bgpd, ...others] = frrPrograms("/run/x", "rootless");
    expect(others).toEqual([]);
    expect(bgpd?.argv.slice(-3)).toEqual(["-Z", "-S", "-n"]);
  });
});

it("vtyshCommand asks one program through the folder's socket", () => {
  expect(vtyshCommand("/run/x", "zebra", "show version").join(" ")).toBe(
    "vtysh --vty_socket /run/x -d zebra -c show version",
  );
});
