// A BGP peer for the tests, run inside a network namespace: `node peer.mjs CONFIG`. It prints one JSON object per line about what
// reaches it, and for every route, in the same turn, whether the destination answers from here: a host that has
// the address refuses a connection to a closed port, one that has not stays silent.
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { formatAddress } from "@vipcast/bgp";
import { Speaker } from "@vipcast/speaker";
import { kernelTransport } from "../../dist/adapters/transport.js";

const { asn, routerId, port, listen = [], peers } = JSON.parse(process.argv[2]);
const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, at: performance.now(), ...fields })}\n`);

function answers(address) {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port: 9 });
    const timer = setTimeout(() => socket.destroy(new Error("silence")), 400);
    socket.on("error", ({ code }) => {
      clearTimeout(timer);
      resolve(code === "ECONNREFUSED");
    });
  });
}

// A function, for its `this`: Buffers have turned themselves into objects by the time a replacer sees the value.
const plain = (attributes) =>
  JSON.parse(
    JSON.stringify(attributes, function (key, value) {
      return this[key] instanceof Uint8Array ? formatAddress(this[key]) : value;
    }),
  );

const speaker = new Speaker({
  asn,
  routerId,
  ...kernelTransport({ ttlSecurity: peers.some((peer) => peer.ttlSecurity !== undefined) }),
});
for (const host of listen) await speaker.listen({ host, port });
const added = [];
for (const options of peers) {
  const peer = speaker.addPeer(
    { importPolicy: () => true, ...options },
    {
      onEstablished: ({ holdTime, families }, { address }) => say("established", { peer: address, holdTime, families }),
      onDown: ({ reason, wasEstablished }, { address }) => say("down", { peer: address, reason, wasEstablished }),
      onNotification: ({ code, subcode, text, direction }, { address }) =>
        say("notification", { peer: address, code, subcode, text, direction }),
      onRoutes: ({ announce, withdraw }, { address: peer }) => {
        for (const { text: prefix, attributes } of announce) {
          const at = performance.now();
          answers(prefix.replace(/\/.*/, "")).then((bound) =>
            say("announced", { peer, prefix, bound, at, attributes: plain(attributes) }),
          );
        }
        for (const { text: prefix } of withdraw) {
          const at = performance.now();
          answers(prefix.replace(/\/.*/, "")).then((bound) => say("withdrawn", { peer, prefix, bound, at }));
        }
      },
      onError: (error, { address }) => say("error", { peer: address, message: error.message }),
    },
  );
  added.push(peer);
}
say("ready", {});

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { probe, routes, shutdown, get } = JSON.parse(line);
  if (routes !== undefined) for (const peer of added) peer.routes.set(routes);
  else if (get !== undefined) {
    const answer = await fetch(get);
    say("got", { status: answer.status, text: await answer.text() });
  } else if (shutdown !== undefined) for (const peer of added) peer.shutdown(shutdown);
  else say("probed", { address: probe, bound: await answers(probe) });
});
process.stdin.on("end", () => process.exit(0));
