import { vi } from "vitest";
import { verbs } from "../../src/verbs.ts";

/** Runs a verb without a process of its own, and returns what it wrote. Not for verbs that wait for signals. */
export async function vipcast(
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const [name, ...rest] = argv;
  const written = { out: "", err: "" };
  const catching =
    (to: "out" | "err") =>
    (chunk: unknown): boolean => {
      written[to] += String(chunk);
      return true;
    };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(catching("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(catching("err")),
  ];
  try {
    const verb = verbs.find((one) => one.name === name);
    if (verb === undefined) throw new Error(`there is no verb ${name}`);
    const code = await (await verb.load()).run(rest);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
