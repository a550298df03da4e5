import type { ProbeOutcome, TcpProbe } from "../probe.ts";
import { aborted, failed } from "./outcome.ts";

/** Opens a connection and closes it as soon as it is there. */
export async function checkTcp({ host, port }: TcpProbe, signal: AbortSignal): Promise<ProbeOutcome> {
  const { connect } = await import("node:net");
  if (signal.aborted) return aborted;
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: ProbeOutcome): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => end(aborted);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("connect", () => end({ ok: true, detail: `connected to ${host} port ${port}` }));
    // Not once: what comes after the first error must not end the process.
    socket.on("error", (error) => end(failed(error)));
  });
}
