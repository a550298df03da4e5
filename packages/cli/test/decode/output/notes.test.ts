import { expect, test } from "vitest";
import { Notes } from "../../../src/decode/output/notes.ts";

test("shows twenty sentences and counts the others", () => {
  const written: string[] = [];
  const notes = new Notes("a.pcap", (text) => written.push(text));
  for (let i = 0; i < 25; i++) notes.add(`Sentence ${i}.`, false);
  notes.end();
  expect(written).toHaveLength(21);
  expect(written[0]).toBe("a.pcap: Sentence 0.\n");
  expect(written[20]).toBe("a.pcap: 5 more like these.\n");
  expect(notes.failed).toBe(false);
});

test("remembers whether one was a fault, also behind the twentieth", () => {
  const notes = new Notes("a", () => {});
  for (let i = 0; i < 25; i++) notes.add("x", i === 24);
  expect(notes.failed).toBe(true);
});

test("shows the name of a file without control characters", () => {
  const written: string[] = [];
  new Notes("a\u001b[2J", (text) => written.push(text)).add("Broken.", true);
  expect(written).toEqual(['"a\\u001b[2J": Broken.\n']);
});
