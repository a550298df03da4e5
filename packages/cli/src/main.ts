import { SignalInbox } from "./signals.ts";
import { verbs } from "./verbs.ts";
import { version } from "./version.ts";

const usage = `Usage: vipcast <command> [options]

Announces virtual IPs over BGP from any Linux host.

Commands:
${verbs.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`).join("\n")}

  vipcast <command> --help   the options of a command
  vipcast --version          the version

Exit codes: 0 done; 1 failed while running; 2 wrong usage or configuration, nothing was changed; 3 something is wrong (status).

Example, on a machine without any setup:
  vipcast lab --nodes 3
`;

async function main([word, ...rest]: readonly string[]): Promise<number> {
  const [name, argv] = word === "help" && rest[0] !== undefined ? [rest[0], ["--help"]] : [word, rest];
  const verb = verbs.find((candidate) => candidate.name === name);
  if (verb !== undefined) {
    const signals = verb.catches === undefined ? undefined : new SignalInbox(verb.catches);
    const code = await (await verb.load()).run(argv, signals);
    // A pipe takes 64 KiB at once, and what is longer is still on its way. Who announces looks after its own end, and waits for no reader.
    if (signals === undefined && process.stdout.writableLength > 0) {
      const { written } = await import("./output/streams.ts");
      await written(process.stdout);
    }
    return code;
  }
  switch (name) {
    case "--help":
    case "-h":
    case "help":
      process.stdout.write(usage);
      return 0;
    case "--version":
    case "-V":
      process.stdout.write(`${version()}\n`);
      return 0;
    case undefined:
      process.stderr.write(usage);
      return 2;
    default: {
      const { nearest } = await import("./arguments/suggest.ts");
      const near = nearest(
        name,
        verbs.map((candidate) => candidate.name),
      );
      const remedy = near === null ? "see vipcast --help" : `did you mean vipcast ${near}`;
      process.stderr.write(`vipcast ${name}: is not a command; ${remedy}.\n`);
      return 2;
    }
  }
}

// Whatever a verb left open must not keep the process: when it says it is done, it is. (No top-level await: the bundle is CommonJS.)
void main(process.argv.slice(2)).then((code) => process.exit(code));
