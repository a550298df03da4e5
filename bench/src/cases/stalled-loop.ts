// Hold time 9 s and our own event loop blocked for 5 s: how many sessions that costs, at either end.
import { setTimeout as sleep } from "node:timers/promises";
import { Speaker } from "@vipcast/speaker";
import { startOtherSpeaker } from "../other-speaker.ts";

const [near, far] = ["10.0.0.1", "10.0.0.254"];
const other = await startOtherSpeaker(65000, far, { address: near, asn: 65001, holdTime: 9 });
const speaker = new Speaker({ asn: 65001, routerId: near });
let lost = 0;
await new Promise<void>((resolve) => {
  speaker.addPeer(
    { address: far, asn: 65000, port: other.port, source: near, holdTime: 9 },
    {
      onEstablished: () => resolve(),
      onDown: ({ wasEstablished }) => {
        if (wasEstablished) lost++;
      },
    },
  );
});
// Just before a KEEPALIVE of ours is due, which is the worst moment for the peer.
await sleep(2000);
const end = performance.now() + 5000;
while (performance.now() < end);
await sleep(500);
const figures = {
  "hold time 9 s, own loop blocked 5 s: lost here": lost,
  "hold time 9 s, own loop blocked 5 s: lost there": await other.lost(),
};
other.child.kill("SIGKILL");
await speaker.close();
console.log(JSON.stringify(figures));
