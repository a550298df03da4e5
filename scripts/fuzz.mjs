// Fuzzes the codec: `fuzz.mjs --minutes 5 [--seed N]`, or runs one input again: `fuzz.mjs --replay HEX|FILE`. The corpus grows in
// .vipcast/fuzz/corpus from run to run, beginning with the fixtures; a finding becomes a file in .vipcast/fuzz/findings and exit code 1.
// What runs is packages/bgp/test/fuzz, bundled with the codec's sources into one script; each block of the codec marks in it that it ran,
// which is how the fuzzer knows an input that leads somewhere new.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rolldown } from "rolldown";
import { parseAst } from "rolldown/parseAst";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const usage = "usage: fuzz [--minutes N] [--seed N] [--folder DIR] | fuzz --replay HEX|FILE";

function readOptions() {
  const options = {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 2 ** 32) },
    folder: { type: "string", default: join(root, ".vipcast/fuzz") },
    replay: { type: "string" },
  };
  const { values } = parseArgs({ options });
  const minutes = Number(values.minutes);
  const seed = Number(values.seed);
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes} is no number above 0`);
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`--seed ${values.seed} is no integer from 0 up`);
  return { minutes, seed, folder: resolve(values.folder), replay: values.replay ?? null };
}

let options;
try {
  options = readOptions();
} catch (error) {
  console.error(`${error.message}\n${usage}`);
  process.exit(2);
}

const build = join(options.folder, `build.${process.pid}`);
mkdirSync(build, { recursive: true });
const input = join(root, "packages/bgp/test/fuzz/main.ts");
const bundle = await rolldown({ cwd: root, input, platform: "node", external: /^node:/, logLevel: "warn" });
const { output } = await bundle.generate({ format: "esm" });
await bundle.close();
writeFileSync(join(build, "fuzz.mjs"), withMarks(output[0].code));

const fixtures = join(root, "packages/bgp/test/fixtures");
const args = [join(build, "fuzz.mjs"), JSON.stringify({ ...options, fixtures })];
const child = spawn(process.execPath, args, { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  rmSync(build, { recursive: true, force: true });
  process.exitCode = signal === null ? code : 1;
});

/** The script with a mark at the beginning of each function, each branch and each loop of the codec. */
function withMarks(code) {
  // The bundler writes each file's path above what it took from it.
  const files = [...code.matchAll(/^\/\/(?:#region)? (\S+\.ts)$/gm)];
  const inCodec = (at) =>
    files.findLast(({ index }) => index <= at)?.[1].startsWith("packages/bgp/src/codec/") === true;
  const marks = [];
  let blocks = 0;
  const mark = () => `vipcastBlocks[${blocks++}]=1`;
  const expression = (node) => {
    const size = node.end - node.start;
    // Of marks in one place the larger node's is outside: opened first and closed last.
    marks.push(
      { at: node.start, text: `(${mark()},`, order: [1, -size] },
      { at: node.end, text: ")", order: [0, size] },
    );
  };
  const body = (node) => {
    if (node.type === "BlockStatement") marks.push({ at: node.start + 1, text: `${mark()};`, order: [2, 0] });
    else {
      const size = node.end - node.start;
      marks.push(
        { at: node.start, text: `{${mark()};`, order: [1, -size] },
        { at: node.end, text: "}", order: [0, size] },
      );
    }
  };
  const visit = (node) => {
    if (Array.isArray(node)) for (const part of node) visit(part);
    if (typeof node?.type !== "string") return;
    if (inCodec(node.start)) {
      if (/^(FunctionDeclaration|FunctionExpression)$/.test(node.type)) body(node.body);
      else if (node.type === "ArrowFunctionExpression")
        (node.body.type === "BlockStatement" ? body : expression)(node.body);
      else if (node.type === "IfStatement")
        for (const branch of [node.consequent, node.alternate]) branch && body(branch);
      else if (/^(For|While|DoWhile|ForOf|ForIn)Statement$/.test(node.type)) body(node.body);
      else if (node.type === "ConditionalExpression")
        for (const branch of [node.consequent, node.alternate]) expression(branch);
      else if (node.type === "LogicalExpression") expression(node.right);
      else if (node.type === "SwitchCase" && node.consequent.length > 0)
        marks.push({ at: node.consequent[0].start, text: `${mark()};`, order: [1, Number.NEGATIVE_INFINITY] });
    }
    for (const [key, part] of Object.entries(node)) if (key !== "type" && typeof part === "object") visit(part);
  };
  visit(parseAst(code));
  if (blocks === 0) throw new Error("no block of the codec was found in the bundle");
  marks.sort((a, b) => a.at - b.at || a.order[0] - b.order[0] || a.order[1] - b.order[1]);
  const parts = [`globalThis.vipcastBlocks = new Uint8Array(${blocks});\n`];
  let from = 0;
  for (const { at, text } of marks) {
    parts.push(code.slice(from, at), text);
    from = at;
  }
  return `${parts.join("")}${code.slice(from)}`;
}
