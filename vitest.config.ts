import { defineConfig } from "vitest/config";

// Unit tests run on the sources through the `@vipcast/source` export condition; everything that starts processes runs
// on the build, one file at a time, because it owns namespaces and ports.
const onBuild = { fileParallelism: false, pool: "forks" as const, testTimeout: 10_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    projects: [
      {
        ssr: { resolve: { conditions: ["@vipcast/source", "node"] } },
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["packages/{cli,lab}/test/**", "**/*.system.test.ts", "**/node_modules/**"],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["packages/{cli,lab}/test/**/*.test.ts", "packages/*/test/**/*.system.test.ts"],
          exclude: ["**/node_modules/**"],
          ...onBuild,
        },
      },
      {
        test: {
          name: "interop",
          include: ["interop/test/**/*.test.ts", "examples/*/test/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
          ...onBuild,
        },
      },
    ],
  },
});
