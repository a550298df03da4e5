import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where Debian puts the sources of Go libraries. */
const gocode = "/usr/share/gocode";
const library = `${gocode}/src/github.com/osrg/gobgp/pkg/packet/bgp`;
const source: string = fileURLToPath(new URL("../../gobgp/main.go", import.meta.url));

/** The comparison's program, or why there is none. */
export type GobgpBuild = { readonly program: string; readonly version: string } | { readonly missing: string };

/** Builds `bench/gobgp/main.go` against Debian's sources into `cache`, unless it is there and newer. */
export function buildGobgp(cache: string): GobgpBuild {
  const go = spawnSync("go", ["version"], { encoding: "utf8" });
  if (go.error !== undefined || go.status !== 0 || !existsSync(library)) {
    return {
      missing:
        "no comparison with GoBGP: it needs Debian's golang-go and golang-github-osrg-gobgp-dev " +
        "(apt-get install -y golang-go golang-github-osrg-gobgp-dev)",
    };
  }
  const program = join(cache, "gobgp-codec");
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(cache, { recursive: true });
    execFileSync("go", ["build", "-o", program, source], {
      env: { ...process.env, GO111MODULE: "off", GOPATH: gocode, GOFLAGS: "", GOCACHE: join(cache, "go") },
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return { program, version: `${gobgpVersion()}, ${go.stdout.trim().split(" ").slice(2, 3).join("")}` };
}

function gobgpVersion(): string {
  const { stdout } = spawnSync("dpkg-query", ["-s", "golang-github-osrg-gobgp-dev"], { encoding: "utf8" });
  return `GoBGP ${/^Version: (.+)$/m.exec(stdout ?? "")?.[1] ?? "of unknown version"}`;
}
