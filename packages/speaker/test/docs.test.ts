import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Range } from "../src/listen-range.ts";
import { peerSettings } from "../src/peer/peer-settings.ts";

const page = readFileSync(new URL("../../../docs/sessions.md", import.meta.url), "utf8");

/** The options that an interface in a source file declares. */
function declared(file: string, name: string): readonly string[] {
  const source = readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8");
  const body = source.split(new RegExp(`export interface ${name}\\b[^{]*\\{\\n`))[1]?.split("\n}\n")[0] ?? "";
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, option = ""]) => option);
}

/** The first and the last cell of each row of a table of options. */
const rows = [...page.matchAll(/^\| `(\w+)` .*\| `(\{ .* \})` +\|$/gm)].map(([, option = "", example = ""]) => ({
  option,
  example,
}));

describe("docs/sessions.md", () => {
  test("has a row for every option of a peer and of a listen range, and for no other", () => {
    const options = [
      ...declared("peer-options.ts", "PeerGroup"),
      ...declared("peer-options.ts", "PeerOptions"),
      ...declared("transport/options.ts", "SocketProtection"),
      ...declared("listen-range.ts", "ListenRangeOptions"),
    ];
    expect(options.length).toBeGreaterThan(30);
    expect(rows.map(({ option }) => option).sort()).toEqual([...options].sort());
  });

  test.each(rows)("$option: its example $example is accepted, and is about it", ({ option, example }) => {
    const values = new Function(`return (${example});`)() as Record<string, unknown>;
    expect(Object.keys(values)).toContain(option);
    if (option === "prefix" || option === "limit") {
      expect(() => new Range({ prefix: "10.0.0.0/24", asn: "external", ...values }, {}, () => undefined)).not.toThrow();
      return;
    }
    const settings = peerSettings({ address: "10.0.0.254", asn: 65000, ...values }, { asn: 65001, routerId: 1 });
    expect(settings.config.holdTime).toBeGreaterThan(0);
  });
});
