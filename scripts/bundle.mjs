// Turns the compiler's output (`dist`) into what runs and is published (`bundle`): one file per library entry, and the CLI
// with its dependencies inside, one chunk per verb. Fewer files and look-ups are most of the start-up time
// (docs/adr/0001-bundled-entries.md). `--if-stale` does nothing when every bundle is newer than what it is made from.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), "packages");
const libraries = {
  bgp: ["index", "testing/index"],
  speaker: ["index"],
  linux: ["index"],
  announcer: ["index"],
  lab: ["index", "lab-entry"],
};

// What the CLI's dependencies look for and can do without. bunyan would search every node_modules folder at each start, and commander
// would load child_process for subcommands in files of their own, which there are none of.
const absent = /^(dtrace-provider|mv|safe-json-stringify|source-map-support)$/;
const leaveOut = {
  name: "leave-out",
  resolveId(id, importer) {
    if (absent.test(id)) return `\0absent:${id}`;
    return id === "node:child_process" && /[\\/]commander[\\/]/.test(importer ?? "") ? "\0empty:child_process" : null;
  },
  load(id) {
    if (id.startsWith("\0absent:")) return 'throw new Error("not part of this bundle");';
    return id.startsWith("\0empty:") ? "export default {};" : null;
  },
};

function newestUnder(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestUnder(path));
    else if (entry.name.endsWith(".js")) newest = Math.max(newest, statSync(path).mtimeMs);
  }
  return newest;
}

/** Fills a fresh folder, then puts it in the place of `folder`: whoever runs from there meanwhile finds the old files or the new ones. */
async function replace(folder, fill) {
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh);
  try {
    await fill(fresh);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

// Without comments and white space there is half as much to read and compile at each start; names stay, for stack traces.
const minify = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

async function bundle({ input, folder, external, format = "esm", ...options }) {
  const build = await rolldown({ input, external, platform: "node", logLevel: "warn", ...options });
  await build.write({
    dir: folder,
    format,
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    minify,
    // CommonJS that says `import()` would load the asynchronous module loader after all, and that for a built-in module.
    dynamicImportInCjs: false,
  });
  await build.close();
}

const dist = (name) => join(packages, name, "dist");
const folders = [...Object.keys(libraries), "cli"];
const oldestOutput = Math.min(
  ...folders
    .map((name) => join(packages, name, "bundle", name === "cli" ? "main.js" : "index.js"))
    .map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)),
);
const newestInput = Math.max(
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
  ...folders.map((name) => newestUnder(dist(name))),
);
const stale = oldestOutput < newestInput;

if (stale || !process.argv.includes("--if-stale")) {
  await Promise.all([
    ...Object.entries(libraries).map(([name, entries]) =>
      replace(join(packages, name, "bundle"), (folder) =>
        bundle({
          input: Object.fromEntries(entries.map((entry) => [entry, join(dist(name), `${entry}.js`)])),
          folder,
          external: /^(node:|@vipcast\/|koffi$|ipaddr\.js$|ip-address$)/,
        }),
      ),
    ),
    replace(join(packages, "cli/bundle"), bundleCli),
  ]);
}

/**
 * The CLI is CommonJS, although everything it is made from is ESM: Node then starts without its asynchronous module loader, a tenth of
 * the way from start to Established. What the lab's own processes run is looked for beside the module that starts them.
 */
async function bundleCli(folder) {
  const options = {
    external: (id, importer) => /^(node:|koffi$)/.test(id) && leaveOut.resolveId(id, importer) === null,
    // From the compiler's output, not from the libraries' bundles: those are being written at the same time.
    resolve: {
      alias: Object.fromEntries(
        Object.keys(libraries).map((name) => [`@vipcast/${name}`, join(dist(name), "index.js")]),
      ),
    },
    plugins: [leaveOut],
  };
  await bundle({ ...options, input: { main: join(dist("cli"), "main.js") }, folder, format: "cjs" });
  // By itself: what it shares with the others would be loaded twice.
  await bundle({
    ...options,
    input: { "cached-main": join(dist("cli"), "start/cached-main.js") },
    folder,
    format: "cjs",
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  // By itself, with all it needs: a part of the other chunks would begin with the command line.
  const worker = { "load-worker": join(dist("cli"), "run/load-worker.js") };
  await bundle({ ...options, input: worker, folder: join(folder, "worker"), format: "cjs" });
  const lab = join(folder, "lab");
  await bundle({ ...options, input: { "lab-entry": join(dist("lab"), "lab-entry.js") }, folder: lab });
  writeFileSync(join(lab, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, "lab-entry.js"), 'import("./lab/lab-entry.js");\n');
}
