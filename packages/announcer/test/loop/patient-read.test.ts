import { describe, expect, it } from "vitest";
import { PatientRead } from "../../src/loop/patient-read.ts";
import { VirtualClock } from "../fakes/virtual-clock.ts";

/** A read of a disk that answers when told. */
function slowRead(): {
  clock: VirtualClock;
  read: PatientRead<string>;
  late: string[];
  answers: (string | null)[];
  answer: (text: string) => void;
} {
  const clock = new VirtualClock();
  const read = new PatientRead<string>(clock);
  const late: string[] = [];
  const answers: (string | null)[] = [];
  let answer: (text: string) => void = () => {};
  const ask = (): Promise<string> =>
    new Promise((resolve) => {
      answer = resolve;
    });
  void read.read(ask, 100, (text) => late.push(text)).then((text) => answers.push(text));
  return { clock, read, late, answers, answer: (text) => answer(text) };
}

describe("PatientRead", () => {
  it("hands over what comes in time, and leaves no timer", async () => {
    const { clock, answers, late, answer } = slowRead();
    await clock.advance(99);
    answer("in time");
    await clock.advance(0);
    expect({ answers, late, timers: clock.pending }).toEqual({ answers: ["in time"], late: [], timers: 0 });
  });

  it("gives up at the limit, and hands over what comes later beside it", async () => {
    const { clock, answers, late, answer } = slowRead();
    await clock.advance(100);
    expect(answers).toEqual([null]);
    answer("late");
    await clock.advance(0);
    expect({ answers, late }).toEqual({ answers: [null], late: ["late"] });
  });

  it("ends the wait when it is stopped, and takes nothing any more", async () => {
    const { clock, read, answers, late, answer } = slowRead();
    read.stop();
    answer("too late");
    await clock.advance(200);
    expect({ answers, late, timers: clock.pending }).toEqual({ answers: [null], late: [], timers: 0 });
  });

  it("rejects as the read does", async () => {
    const read = new PatientRead(new VirtualClock());
    await expect(
      read.read(
        () => Promise.reject(new Error("EIO")),
        100,
        () => {},
      ),
    ).rejects.toThrow("EIO");
  });
});
