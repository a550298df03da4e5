// Hold time 3 s and a peer whose process is stopped: from the last octet we received until the session is down, the same seen by the
// KEEPALIVE-sending side of it. 3.0 to 3.2 s are what the hold timer, a turn of the event loop and a busy machine come to.
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Speaker } from "@vipcast/speaker";
import { startOtherSpeaker } from "../other-speaker.ts";

const [near, far] = ["10.0.0.1", "10.0.0.254"];
const other = await startOtherSpeaker(65000, far, { address: near, asn: 65001, holdTime: 3, keepalive: 1 });
let lastOctetAt = 0;
const speaker = new Speaker({
  asn: 65001,
  routerId: near,
  connect: ({ host, port }) => {
    const socket = createConnection({ host, port, localAddress: near });
    socket.on("data", () => {
      lastOctetAt = performance.now();
    });
    return socket;
  },
});
const downAt = await new Promise<number>((resolve) => {
  speaker.addPeer(
    { address: far, asn: 65000, port: other.port, holdTime: 3, keepalive: 1 },
    {
      onEstablished: async () => {
        // Somewhere between two KEEPALIVEs.
        await sleep(1500 + Math.random() * 1000);
        other.child.kill("SIGSTOP");
      },
      onDown: ({ wasEstablished }) => {
        if (wasEstablished) resolve(performance.now());
      },
    },
  );
});
other.child.kill("SIGKILL");
await speaker.close();
console.log(JSON.stringify({ "hold time 3 s, peer frozen: last octet to down": downAt - lastOctetAt }));
