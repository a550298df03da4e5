import { describe, expect, it } from "vitest";
import { findProgram, requireRouter, requireTools, searchPath } from "../../src/sandbox/tools.ts";

describe("requireTools", () => {
  it("is content when everything is there", () => {
    expect(() => requireTools(() => "/bin/true")).not.toThrow();
  });

  it("names what is missing and the packages that have it", () => {
    const find = (name: string): string | null => (name === "ip" || name === "setpriv" ? null : `/bin/${name}`);
    expect(() => requireTools(find)).toThrow(/needs ip, setpriv .* apt-get install iproute2 util-linux$/);
  });
});

it("requireRouter says how to install a missing daemon", () => {
  expect(() => requireRouter("bird", ["no-such-daemon"])).toThrow(
    "router bird needs no-such-daemon, not installed here; on Debian: sudo npx pnpm@10 peers:install",
  );
});

describe("searchPath", () => {
  it("adds the folders an ordinary user's PATH lacks, once", () => {
    expect(searchPath("/usr/bin:/bin")).toBe("/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");
    expect(searchPath(searchPath("/opt/x"))).toBe(searchPath("/opt/x"));
  });
});

describe("findProgram", () => {
  it("finds a program by name in a path, and takes a path as it is", () => {
    expect(findProgram("sh", "/nowhere:/bin")).toBe("/bin/sh");
    expect(findProgram("/bin/sh", "/nowhere")).toBe("/bin/sh");
    expect(findProgram("sh", "/nowhere")).toBeNull();
  });
});
