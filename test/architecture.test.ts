import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// The arrows of ARCHITECTURE.md, enforced by reading import specifiers. pnpm's strictness already refuses a package that is
// not a dependency; this test refuses the dependency itself, and the arrows inside @vipcast/bgp.

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each package may import besides its own files. `node:` stands for every Node built-in. */
const allowed: Record<string, readonly string[]> = {
  bgp: [],
  speaker: ["@vipcast/bgp", "node:"],
  linux: ["koffi", "node:"],
  announcer: ["@vipcast/bgp", "ipaddr.js", "ip-address"],
  lab: ["@vipcast/bgp", "@vipcast/speaker", "@vipcast/linux", "node:"],
  cli: [
    "@vipcast/bgp",
    "@vipcast/speaker",
    "@vipcast/linux",
    "@vipcast/announcer",
    "@vipcast/lab",
    "commander",
    "yaml",
    "zod",
    "@openpgp/unbzip2-stream",
    "bunyan",
    "ipaddr.js",
    "ip-address",
    "prom-client",
    "node:",
  ],
};

/** Folders of packages without Node that may have it all the same: the announcer's health checks, which it gets through a port like everything else. */
const withNode: readonly string[] = ["packages/announcer/src/health/checks/"];

/** Inside @vipcast/bgp: which areas an area may import. */
const areas: Record<string, readonly string[]> = {
  bytes: [],
  iana: ["bytes"],
  codec: ["bytes", "iana"],
  fsm: ["bytes", "iana", "codec"],
  session: ["bytes", "iana", "codec", "fsm"],
  rib: ["bytes", "iana", "codec"],
  testing: ["bytes", "iana", "codec", "fsm", "session"],
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

interface Source {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
}

function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";/gm))
    found.push({ specifier: match[2]!, typeOnly: match[1] !== undefined });
  for (const match of text.matchAll(/\bimport\("([^"]+)"\)/g)) found.push({ specifier: match[1]!, typeOnly: false });
  return found;
}

function sourcesOf(name: string): Source[] {
  const folder = join(root, "packages", name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return { path: join(folder, file), lines: text.split("\n").length - 1, imports: importsOf(text) };
    });
}

const packages = Object.keys(allowed);
const show = (path: string): string => relative(root, path);

describe.each(packages)("the package in packages/%s", (name) => {
  const sources = sourcesOf(name);

  it("has sources", () => {
    expect(sources.length).toBeGreaterThan(0);
  });

  it("imports only what its arrows allow", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter(({ specifier }) => !specifier.startsWith("."))
        .filter(
          ({ specifier }) =>
            !allowed[name]!.some((entry) => (entry === "node:" ? specifier.startsWith(entry) : specifier === entry)) &&
            !(specifier.startsWith("node:") && withNode.some((folder) => show(source.path).startsWith(folder))),
        )
        .map(({ specifier }) => `${show(source.path)} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("declares exactly the workspace packages and libraries it imports", () => {
    const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
    const declared = Object.keys({ ...manifest.dependencies, ...(name === "cli" ? manifest.devDependencies : {}) });
    const used = new Set(
      sources
        .flatMap((source) => source.imports.map(({ specifier }) => specifier))
        .filter((specifier) => !/^(\.|node:)/.test(specifier)),
    );
    // koffi stays outside the CLI's bundle, so the CLI carries it for @vipcast/linux.
    if (name === "cli") used.add("koffi");
    expect(declared.sort()).toEqual([...used].sort());
  });

  it("has no circle among its files", () => {
    const graph = new Map(
      sources.map((source) => [
        source.path,
        source.imports
          .filter(({ specifier, typeOnly }) => specifier.startsWith(".") && !typeOnly)
          .map(({ specifier }) => resolve(dirname(source.path), specifier)),
      ]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].map(show).join(" → "));
      if (done.has(path) || trail.includes(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });

  it("has no file over 400 lines", () => {
    expect(sources.filter(({ lines }) => lines > 400).map(({ path, lines }) => `${show(path)}: ${lines}`)).toEqual([]);
  });
});

describe("@vipcast/bgp", () => {
  const src = join(root, "packages/bgp/src");
  const areaOf = (path: string): string => relative(src, path).split("/")[0]!;
  const crossings = sourcesOf("bgp")
    .filter(({ path }) => path !== join(src, "index.ts"))
    .flatMap((source) =>
      source.imports
        .filter(({ specifier }) => specifier.startsWith("."))
        .map(({ specifier, typeOnly }) => ({
          from: source.path,
          to: resolve(dirname(source.path), specifier),
          typeOnly,
        }))
        .filter(({ from, to }) => areaOf(from) !== areaOf(to)),
    );

  it("keeps the arrows bytes ← iana ← codec ← fsm ← session and codec ← rib", () => {
    const wrong = crossings
      .filter(({ from, to }) => !areas[areaOf(from)]?.includes(areaOf(to)))
      .map(({ from, to }) => `${show(from)} → ${show(to)}`);
    expect(wrong).toEqual([]);
  });
});

describe("koffi", () => {
  it("is imported by one file only, so that another FFI can take its place", () => {
    const importers = packages.flatMap((name) =>
      sourcesOf(name).filter(({ imports }) =>
        imports.some(({ specifier, typeOnly }) => specifier === "koffi" && !typeOnly),
      ),
    );
    expect(importers.map(({ path }) => show(path))).toHaveLength(1);
  });
});
