import { describe, expect, it } from "vitest";
import { readSysctl, writeSysctl } from "../../src/host/sysctl.ts";
import { LinuxError } from "../../src/libc/linux-error.ts";

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof LinuxError) return error.code;
    throw error;
  }
  return "no error";
}

describe("sysctl names", () => {
  it("cannot leave /proc/sys", () => {
    const names = ["", ".", "..", "net..ipv4", "../../etc/passwd", "net/ipv4", "kernel.\0"];
    for (const name of names) expect(codeOf(() => readSysctl(name))).toBe("EINVAL");
    for (const part of ["..", ".", "", "a/b", ".hidden"]) {
      expect(codeOf(() => readSysctl(["net", part]))).toBe("EINVAL");
      expect(codeOf(() => writeSysctl(["net", part], 1))).toBe("EINVAL");
    }
    expect(codeOf(() => readSysctl([]))).toBe("EINVAL");
  });

  it("name settings with dots, or in parts where an interface has dots of its own", () => {
    expect(readSysctl("kernel.ostype")).toBe("Linux");
    expect(readSysctl(["kernel", "ostype"])).toBe("Linux");
    expect(codeOf(() => readSysctl(["net", "ipv4", "conf", "eth9.100", "arp_ignore"]))).toBe("ENOENT");
    expect(codeOf(() => readSysctl("kernel.no_such_setting"))).toBe("ENOENT");
    expect(codeOf(() => writeSysctl("kernel.no_such_setting", 1))).toBe("ENOENT");
  });
});
