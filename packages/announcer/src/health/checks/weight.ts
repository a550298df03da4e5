import { WEIGHT_ANSWER_BYTES, type WeightAnswer, type WeightSource } from "../../ecmp/weight-source.ts";
import type { ProbeContext, ProbeOutcome } from "../probe.ts";
import { runProgram } from "./exec.ts";
import { askHttp } from "./http.ts";
import { failed } from "./outcome.ts";

/** Asks a source of weights once, with what health checks use. Never rejects. */
export async function askWeightSource({ from }: WeightSource, context: ProbeContext): Promise<WeightAnswer> {
  switch (from.kind) {
    case "http": {
      const { outcome, body } = await askHttp(from, context.signal);
      return answerOf(outcome, body);
    }
    case "exec": {
      const { outcome, stdout } = await runProgram(from, context);
      return answerOf(outcome, stdout);
    }
    case "file":
      return readStart(from.path);
    default:
      return from satisfies never;
  }
}

function answerOf({ ok, detail }: ProbeOutcome, text: string): WeightAnswer {
  return ok ? { ok, text } : { ok, cause: detail };
}

/** The beginning of a file. A pipe that nobody writes to is not waited for. */
async function readStart(path: string): Promise<WeightAnswer> {
  const { constants } = await import("node:fs");
  const { open } = await import("node:fs/promises");
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(WEIGHT_ANSWER_BYTES), 0, WEIGHT_ANSWER_BYTES, 0);
      return { ok: true, text: buffer.toString("utf8", 0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { ok: false, cause: failed(error).detail };
  }
}
