import { defineConfig } from "vitest/config";

/** They hold no server, no database and no process: one load of the engine serves them all. The others would fill the memory. */
const PURE = ["test/{engine,laws,model,report}/**/*.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["test/support/postgres-cluster.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "pure", include: PURE, isolate: false } },
      { extends: true, test: { name: "whole", include: ["test/**/*.test.ts", "test/**/*.test.tsx"], exclude: PURE } },
    ],
  },
});
