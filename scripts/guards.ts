import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { startVitest } from "vitest/node";
import type { Guard } from "../test/guards/guard.ts";
import { GUARDS } from "../test/guards/guards.ts";
import { memoryFolder, startCluster, stopCluster } from "../test/support/postgres-cluster.ts";

/**
 * Kills every guard, one at a time, and runs the test of its threat: a guard whose test still passes protects nothing.
 * The source on disk is never touched; the code is changed while it is loaded.
 */
const root = resolve(import.meta.dirname, "..");
const only = process.argv.slice(2).filter((word) => word !== "--all");
const all = process.argv.includes("--all") || only.length > 0;
const guards: readonly Guard[] = GUARDS.filter(
  (guard) => (only.length === 0 || only.includes(guard.threat)) && (all || guard.slow !== true),
);

function projectOf(guard: Guard, index: number): TestProjectInlineConfiguration {
  const file = resolve(root, guard.file);
  return {
    root,
    plugins: [
      {
        name: "guard-kill",
        enforce: "pre",
        transform(code, id) {
          if (id.split("?")[0] !== file) return null;
          return { code: [guard, ...(guard.and === undefined ? [] : [guard.and])].reduce(kill, code), map: null };
        },
      },
    ],
    test: {
      name: `${index} ${guard.threat}`,
      include: [guard.test],
      testNamePattern: guard.named ?? guard.threat,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      globalSetup: ["test/support/postgres-cluster.ts"],
    },
  };
}

function kill(code: string, { guard, without }: Pick<Guard, "guard" | "without">): string {
  const parts = code.split(guard);
  if (parts.length !== 2) throw new Error(`the guard \`${guard}\` stands there ${parts.length - 1} times`);
  return parts.join(without);
}

const started = performance.now();
// One server for all of them: each project would start its own.
const wantsServer = guards.some(({ test }) => readFileSync(resolve(root, test), "utf8").includes("support/database.ts"));
const cluster = wantsServer && !process.env["DATABASE_URL"] ? await startCluster(undefined, memoryFolder()) : null;
if (cluster !== null) process.env["DATABASE_URL"] = cluster.url;
const vitest = await startVitest("test", [], {
  root,
  config: false,
  watch: false,
  reporters: [{}],
  maxWorkers: 2,
  // Kept code would be served in place of the changed one, or the other way round.
  fsModuleCache: false,
  projects: guards.map(projectOf),
});
const survivors: string[] = [];
for (const [index, guard] of guards.entries()) {
  const modules = vitest.state.getTestModules().filter((module) => module.project.name === `${index} ${guard.threat}`);
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const failed = tests.filter((test) => test.result().state === "failed");
  const ran = tests.filter((test) => test.result().state !== "skipped");
  const broken = modules.flatMap((module) => module.errors());
  const what = `${guard.threat} ${guard.file}: \`${guard.guard.split("\n")[0]}\``;
  if (broken.length > 0) survivors.push(`${what}: the test file could not be run: ${broken[0]?.message}`);
  else if (ran.length === 0) survivors.push(`${what}: no test named so in ${guard.test}`);
  else if (failed.length === 0) survivors.push(`${what}: ${ran.length} tests pass without it`);
}
await vitest.close();
if (cluster !== null) await stopCluster(cluster);
for (const survivor of survivors) console.log(`survived  ${survivor}`);
console.log(
  `${guards.length - survivors.length} of ${guards.length} guards are missed by a test when they are gone (${Math.round((performance.now() - started) / 1000)} s)`,
);
process.exitCode = survivors.length === 0 ? 0 : 1;
