import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Asking } from "../../src/ask/ask.ts";
import { show } from "../../src/ask/show.ts";
import { ClientFailure } from "../../src/control/client/failure.ts";
import type { Problem } from "../../src/control/resources/problem.ts";

// Loaded when it is needed, which under a clock of our own would never be over.
beforeAll(() => import("../../src/output/live.ts"));
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const gone = new ClientFailure("nobody listens on /s any more", { code: "ECONNREFUSED" });
const refused = new ClientFailure("this is not known", { problem: { code: "unknown-vip" } as Problem });

/** What a watched view writes while the daemon answers like this, and how it ends. */
async function watched(answers: readonly (number | ClientFailure)[], json: boolean) {
  const [out, err]: string[][] = [[], []];
  const asking = {
    raw: { values: new Map([["watch", []]]), operands: [] },
    client: { mismatch: null },
    json,
    terminal: { width: null, colour: false },
    write: (text: string) => out?.push(text),
    note: (sentence: string) => err?.push(sentence),
    operand: null,
  } as unknown as Asking;
  let asked = 0;
  const get = async (): Promise<number> => {
    const answer = answers[asked++];
    if (typeof answer !== "number") throw answer;
    return answer;
  };
  const ending = show<number>(asking, { get, text: (answer) => `${answer}\n` }).catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(1000 * answers.length);
  return { out, err, ended: await ending };
}

test.each([true, false])(
  "a watched view outlives the daemon, and says on standard error that it was away (json: %s)",
  async (json) => {
    const { out, err, ended } = await watched([1, 1, gone, gone, 2, refused], json);
    expect(out).toEqual(json ? ["1\n", "2\n"] : ["1\n", "\n2\n"]);
    expect(err).toEqual([gone.message, "The daemon answers again."]);
    // What cannot become better ends it.
    expect(ended).toBe(refused.message);
  },
);

test("a daemon that was never there is not waited for", async () => {
  expect(await watched([gone], false)).toMatchObject({ out: [], err: [], ended: gone.message });
});
