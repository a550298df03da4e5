import { defineConfig } from "vitest/config";

// Unit tests run on the sources through the `@vipcast/source` export condition, and leave nothing behind in modules; everything that starts
// processes runs on the build, in namespaces of its own, two files beside each other: they wait more than they work. The interop cells run
// beside each other already, so their files do not.
const onBuild = { pool: "forks" as const, testTimeout: 10_000, hookTimeout: 30_000 };

// The quick tier has four minutes: what takes longest, and what the interop cells and the tests left in show in another way, is tried in CI.
const slow =
  process.env["VIPCAST_TIER"] === "ci"
    ? []
    : [
        "examples/announce-vip/test/push-health.test.ts",
        "packages/cli/test/adapters/kernel-addresses.test.ts",
        "packages/cli/test/announce/health.test.ts",
        "packages/cli/test/announce/lifecycle.test.ts",
        "packages/cli/test/announce/ownership.test.ts",
        "packages/cli/test/announce/privileges.test.ts",
        "packages/cli/test/announce/state-disk.test.ts",
        "packages/cli/test/announce/watch-weight.test.ts",
        "packages/cli/test/start/cached-main.test.ts",
        "packages/lab/test/sandbox/sandbox.test.ts",
        "packages/cli/test/docs/troubleshooting.test.ts",
        "packages/cli/test/docs/tutorial.test.ts",
        "interop/test/daemons.test.ts",
        "interop/test/decision.test.ts",
        "interop/test/router-config.test.ts",
        "packages/cli/test/adapters/transport.test.ts",
        "packages/cli/test/announce/sessions.test.ts",
        "packages/cli/test/ask/daemon.test.ts",
        "packages/cli/test/control/daemon.test.ts",
        "packages/cli/test/run/restart.test.ts",
        "packages/cli/test/service/service-manager.test.ts",
        "packages/lab/test/run/leftovers.test.ts",
        "packages/lab/test/run/run-lab.test.ts",
        "packages/lab/test/flows/ecmp.test.ts",
        "packages/lab/test/scenario/chaos.test.ts",
      ];

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        ssr: { resolve: { conditions: ["@vipcast/source", "node"] } },
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["packages/{cli,lab}/test/**", "**/*.system.test.ts", "**/node_modules/**"],
          testTimeout: 10_000,
          // The files that one worker runs share the modules they import, whose loading would take longer than the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: "system",
          include: ["packages/{cli,lab}/test/**/*.test.ts", "packages/*/test/**/*.system.test.ts"],
          exclude: ["**/node_modules/**", ...slow],
          ...onBuild,
        },
      },
      {
        test: {
          name: "interop",
          fileParallelism: false,
          include: ["interop/test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...slow],
          ...onBuild,
        },
      },
    ],
  },
});
