// Collects the routes of every router that connects: node dist/main.js --asn N --router-id A --from PREFIX [--from PREFIX ...]
import { parseArgs } from "node:util";
import { Collector } from "./collector.ts";

const usage = `usage: node dist/main.js --asn N --router-id A --from PREFIX [--from PREFIX ...]
  --listen A          address to listen on (default 0.0.0.0)
  --port N            TCP port (default 179)
  --max-prefixes N    most prefixes of each family from one router (default 1000000)
  --every S           seconds between two comparisons of the best routes (default 5)`;

function refuse(sentence: string): never {
  console.error(`${sentence}\n${usage}`);
  process.exit(2);
}

const { values } = (() => {
  try {
    return parseArgs({
      options: {
        asn: { type: "string" },
        "router-id": { type: "string" },
        from: { type: "string", multiple: true },
        listen: { type: "string", default: "0.0.0.0" },
        port: { type: "string", default: "179" },
        "max-prefixes": { type: "string", default: "1000000" },
        every: { type: "string", default: "5" },
      },
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
})();
const { asn, "router-id": routerId, from = [] } = values;
if (asn === undefined || routerId === undefined || from.length === 0)
  refuse("--asn, --router-id and --from are needed");
const every = Number(values.every);
if (!(every > 0 && every <= 86_400)) refuse("--every is a number of seconds from 0.001 to 86400");

const collector = (() => {
  try {
    return new Collector({
      asn: Number(asn),
      routerId,
      prefixes: from,
      maxPrefixes: Number(values["max-prefixes"]),
      restart: 60,
      write: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
})();
process.stdout.on("drain", () => collector.resume());

const timer = setInterval(() => void collector.compare(), every * 1000);
const stop = (reason: string): void => {
  clearInterval(timer);
  void collector.close(reason);
};
process.once("SIGINT", () => stop("Ctrl-C"));
process.once("SIGTERM", () => stop("terminated"));
try {
  console.error(`listening on ${values.listen} port ${await collector.listen(values.listen, Number(values.port))}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  stop("cannot listen");
  process.exitCode = 1;
}
