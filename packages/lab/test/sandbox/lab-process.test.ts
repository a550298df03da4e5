import { describe, expect, it } from "vitest";
import { LabProcess } from "../../src/sandbox/lab-process.ts";

function process(): LabProcess {
  const nothing = async (): Promise<void> => undefined;
  return new LabProcess(1, nothing, nothing);
}

function say(speaker: LabProcess, text: string): void {
  speaker.deliver({ kind: "line", process: 1, stream: "stdout", text, at: 0 });
}

describe("LabProcess", () => {
  it("tells its first listener what was said before it came, once, and every later one what is said from then on", () => {
    const speaker = process();
    say(speaker, "quick");
    const first: string[] = [];
    const second: string[] = [];
    speaker.onLine(({ text }) => first.push(text));
    speaker.onLine(({ text }) => second.push(text));
    say(speaker, "later");
    expect(first).toEqual(["quick", "later"]);
    expect(second).toEqual(["later"]);
  });

  it("is silent to a listener that has left", () => {
    const speaker = process();
    const heard: string[] = [];
    const leave = speaker.onLine(({ text }) => heard.push(text));
    leave();
    say(speaker, "too late");
    expect(heard).toEqual([]);
    expect(speaker.tail()).toBe("too late");
  });
});
