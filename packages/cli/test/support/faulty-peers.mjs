// Peers that fail, each in its own way, one for each address: `node faulty-peers.mjs PORT '{"10.9.0.101":"bad-peer-as", …}'`. They speak just enough BGP, in
// octets, to come to their fault.
import { createServer } from "node:net";

const [port, listed] = [Number(process.argv[2]), JSON.parse(process.argv[3])];

const bytes = (...values) => Buffer.from(values.flat());
const sixteen = (value) => [value >> 8, value & 255];
const message = (type, body = bytes()) =>
  Buffer.concat([Buffer.alloc(16, 255), bytes(sixteen(19 + body.length), type), body]);
const notification = (code, subcode, data = bytes()) => message(3, Buffer.concat([bytes(code, subcode), data]));
const family = (afi) => [1, 4, 0, afi, 0, 1];
function open({ asn = 65000, holdTime = 90, id = [10, 9, 0, 254], families = [1], version = 4 } = {}) {
  const capabilities = [...families.flatMap(family), 65, 4, 0, 0, ...sixteen(asn)];
  const parameters = [2, capabilities.length, ...capabilities];
  return message(1, bytes(version, sixteen(asn), sixteen(holdTime), id, parameters.length, parameters));
}
const keepalive = message(4);
const shutdownText = Buffer.from("maintenance until 06:00");

/** What each does once it has our OPEN; `later` runs when the session is Established. */
const faults = {
  "bad-peer-as": (say) => say(notification(2, 2)),
  "another-as": (say) => say(open({ asn: 65099 })),
  "no-router-id": (say) => say(open({ id: [0, 0, 0, 0] })),
  "unacceptable-hold-time": (say) => say(notification(2, 6)),
  "hold-time-of-1": (say) => say(open({ holdTime: 1 })),
  "unsupported-capability": (say) => say(notification(2, 7)),
  "no-common-family": (say) => say(open({ families: [2] })),
  "connection-rejected": (say) => say(notification(6, 5)),
  "closed-without-a-word": (_say, socket) => socket.end(),
  "max-prefixes": (say) => established(say, () => say(notification(6, 1, bytes(0, 1, 1, 0, 0, 0, 10)))),
  shutdown: (say) => established(say, () => say(notification(6, 2, bytes(shutdownText.length, [...shutdownText])))),
  "peer-deconfigured": (say) => established(say, () => say(notification(6, 3))),
  collision: (say) => say(notification(6, 7)),
  "bad-message": (say) => established(say, () => say(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))),
  "hold-timer-expired": (say) => {
    say(open({ holdTime: 3 }));
    say(keepalive);
  },
};

/** Answers like a router that is content, then goes on. */
function established(say, then) {
  say(open());
  say(keepalive);
  setTimeout(then, 50);
}

await Promise.all(
  Object.entries(listed).map(([host, name]) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => faults[name]((data) => socket.write(data), socket));
      // Whatever comes after our OPEN is read and forgotten.
      socket.on("data", () => {});
    });
    return new Promise((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  }),
);
console.log(JSON.stringify({ event: "ready" }));
process.stdin.resume().on("end", () => process.exit(0));
