import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const program = `
const { Speaker } = await import(process.argv[1]);
const [asn, local, options] = [Number(process.argv[2]), process.argv[3], JSON.parse(process.argv[4])];
const speaker = new Speaker({ asn, routerId: local });
const { port } = await speaker.listen({ host: local, port: 0 });
let lost = 0;
speaker.addPeer({ passive: true, ...options }, { onDown: ({ wasEstablished }) => { if (wasEstablished) lost++; } });
process.on("message", () => process.send({ lost }));
process.send({ port });
`;

/** A passive speaker in a process of its own, which can be frozen without ours. */
export interface OtherSpeaker {
  readonly child: ChildProcess;
  readonly port: number;
  /** How many Established sessions it has lost. */
  lost(): Promise<number>;
}

/** Starts one with this AS at a local address; `options` are those of its only peer. */
export async function startOtherSpeaker(asn: number, address: string, options: object): Promise<OtherSpeaker> {
  const args = [import.meta.resolve("@vipcast/speaker"), String(asn), address, JSON.stringify(options)];
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, ...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  return {
    child,
    port,
    lost: async () => {
      child.send("lost?");
      const [answer] = (await once(child, "message")) as [{ readonly lost: number }];
      return answer.lost;
    },
  };
}
