// Carries out the Dockerfile without Docker, as far as that goes: every COPY from files that git knows, every RUN with `sh` in a folder of its own, and the
// ENTRYPOINT from where the last stage puts it. What only Docker can try, the base images and the namespaces, is left out.
// A line that this file does not know fails it.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const work = mkdtempSync(join(tmpdir(), "vipcast-dockerfile-"));

const stages = new Map();
let stage = null;
let [entrypoint, command] = [[], []];

function fail(message) {
  throw new Error(`Dockerfile: ${message}`);
}

/** The files of the checkout under these paths, those of .gitignore left out: the build context. */
function contextFiles(sources) {
  const text = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ...sources], {
    cwd: root,
    encoding: "utf8",
  });
  return text.split("\0").filter((file) => file !== "");
}

function copy(words) {
  const from = /^--from=(.+)$/.exec(words[0] ?? "")?.[1];
  if (from !== undefined) {
    const [, source, target] = words;
    const other = stages.get(from) ?? fail(`there is no stage ${from}`);
    cpSync(join(other.root, source), join(stage.root, target), { recursive: true, verbatimSymlinks: true });
    return;
  }
  const target = words.at(-1);
  for (const source of words.slice(0, -1)) {
    const files = contextFiles([source]);
    if (files.length === 0) fail(`COPY ${source}: git knows no such file`);
    for (const file of files) {
      const place = target.endsWith("/") ? file : join(target, file.slice(source.length));
      const to = join(stage.root, stage.workdir, place);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(root, file), to, { verbatimSymlinks: true });
    }
  }
}

function step(line) {
  const [instruction, ...words] = line.split(/\s+/);
  switch (instruction) {
    case "FROM": {
      const name = words[1] === "AS" ? words[2] : "last";
      if (!/^node:20(-slim)?$/.test(words[0])) fail(`an image that is not Node 20: ${words[0]}`);
      stage = { root: join(work, name), workdir: "/" };
      mkdirSync(stage.root, { recursive: true });
      stages.set(name, stage);
      return;
    }
    case "WORKDIR":
      stage.workdir = words[0];
      mkdirSync(join(stage.root, stage.workdir), { recursive: true });
      return;
    case "COPY":
      return copy(words);
    case "RUN": {
      const { status } = spawnSync("sh", ["-ec", words.join(" ")], {
        cwd: join(stage.root, stage.workdir),
        stdio: ["ignore", "inherit", "inherit"],
      });
      if (status !== 0) fail(`RUN ${words.join(" ")}: exit code ${status}`);
      return;
    }
    case "STOPSIGNAL":
      return words[0] === "SIGTERM" ? undefined : fail("a stop is asked for with SIGTERM");
    case "VOLUME":
      return undefined;
    case "ENTRYPOINT":
      entrypoint = JSON.parse(words.join(" "));
      return;
    case "CMD":
      command = JSON.parse(words.join(" "));
      return;
    default:
      fail(`an instruction that is not known here: ${instruction}`);
  }
}

/** Runs what the image would run, with other arguments. */
function runEntrypoint(args, wanted) {
  const [program, ...rest] = entrypoint.map((word) => (word.startsWith("/") ? join(stage.root, word) : word));
  const { status, stdout, stderr } = spawnSync(program, [...rest, ...args], { encoding: "utf8", cwd: "/" });
  if (status !== wanted) fail(`${args.join(" ")} ended with ${status}: ${stderr}`);
  return `${stdout}${stderr}`.trim().split("\n")[0];
}

try {
  for (const line of readFileSync(join(root, "Dockerfile"), "utf8").split("\n"))
    if (line.trim() !== "" && !line.startsWith("#")) step(line);
  console.log(`ok   version ${runEntrypoint(["--version"], 0)}`);
  // This one reads the addresses of the host through the native module, and refuses.
  const refused = ["announce", "127.0.0.1", "--asn", "65001", "--peer", "192.0.2.1,asn=65000"];
  console.log(`ok   refused: ${runEntrypoint(refused, 2)}`);
  const missing = command.map((word) => (word.startsWith("/") ? join(work, "none") : word));
  console.log(`ok   the command itself: ${runEntrypoint(missing, 2)}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
