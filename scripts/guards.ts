import { resolve } from "node:path";
import type { ViteUserConfig } from "vitest/config";
import { createVitest, type TestCase, type TestModule } from "vitest/node";
import { inCopy, leadingTo, readImports } from "../test/guards/copies.ts";
import { AS_IT_STANDS, BROKEN, type Guard } from "../test/guards/guard.ts";
import { GUARDS } from "../test/guards/guards.ts";

/**
 * Kills every guard, one at a time, and runs the test of its threat: a guard whose test still passes protects nothing.
 * The source on disk is never touched; the code is changed while it is loaded, in a copy of its own of the modules that lead to it, so
 * that one process kills many. What failed in it runs once more on the code as it stands, and must pass.
 */
const root = resolve(import.meta.dirname, "..");
const only = process.argv.slice(2).filter((word) => word !== "--all");
const all = process.argv.includes("--all") || only.length > 0;
const guards: readonly Guard[] = GUARDS.filter(
  (guard) => (only.length === 0 || only.includes(guard.threat)) && (all || guard.slow !== true),
);
const files = Map.groupBy(guards, ({ test }) => resolve(root, test));
const imports = readImports(root, ["src", "test"]);
const copied = guards.map(({ file }) => leadingTo(resolve(root, file), imports));

const titleOf = (guard: Guard) => `guard ${guards.indexOf(guard)}`;

/** A test file that runs another in rounds: once for each guard, and once as it stands. */
function roundsOf(file: string): string {
  const load = (copy: string | number) => `() => import(${JSON.stringify(`${file}?copy=${copy}`)})`;
  return [
    `import { asItStands, withoutGuard } from ${JSON.stringify(resolve(root, "test/guards/rounds.ts"))};`,
    ...(files.get(file) ?? []).map((guard) => `withoutGuard(${JSON.stringify(titleOf(guard))}, ${load(guards.indexOf(guard))});`),
    `asItStands(${load("none")});`,
  ].join("\n");
}

function namesIn(file: string): RegExp {
  const rows = files.get(file) ?? [];
  const named = (guard: Guard) => guard.named ?? guard.threat;
  const each = rows.map((guard) => `${titleOf(guard)} .*(?:${named(guard)})`);
  return new RegExp(`^(?:${each.join("|")}|${AS_IT_STANDS} .*(?:${rows.map(named).join("|")}))|${BROKEN}$`, "s");
}

const guardKill: NonNullable<ViteUserConfig["plugins"]>[number] = {
  name: "guard-kill",
  enforce: "pre",
  load(id) {
    return id.endsWith("?guards") ? roundsOf(id.replace("?guards", "")) : null;
  },
  transform(code, id) {
    const [file = "", query] = id.split("?copy=");
    if (query === undefined || query === "none") return null;
    const guard = guards[Number(query)]!;
    const changed = file === resolve(root, guard.file) ? [guard, ...(guard.and === undefined ? [] : [guard.and])].reduce(kill, code) : code;
    return { code: inCopy(changed, file, copied[Number(query)]!, query), map: null };
  },
};

function kill(code: string, { guard, without }: Pick<Guard, "guard" | "without">): string {
  const parts = code.split(guard);
  if (parts.length !== 2) throw new Error(`the guard \`${guard}\` stands there ${parts.length - 1} times`);
  return parts.join(without);
}

const started = performance.now();
const vitest = await createVitest(
  "test",
  {
    root,
    config: false,
    watch: false,
    reporters: [{}],
    include: [...new Set(guards.map(({ test }) => test))],
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ["test/support/postgres-cluster.ts"],
    // Kept code would be served in place of the changed one, or the other way round.
    fsModuleCache: false,
  },
  { plugins: [guardKill] },
);
const project = vitest.getRootProject();
const { testModules } = await vitest.runTestSpecifications(
  [...files.keys()].map((file) => project.createSpecification(`${file}?guards`, { testNamePattern: namesIn(file) })),
);

const survivors: string[] = [];
let missed = 0;
for (const [file, rows] of files) {
  const module = testModules.find(({ moduleId }) => moduleId === `${file}?guards`);
  const broken = module?.errors()[0]?.message;
  for (const guard of rows) {
    const because = broken === undefined ? survives(guard, testsOf(module, titleOf(guard))) : `the test file could not be run: ${broken}`;
    if (because === null) missed += 1;
    else survivors.push(`${guard.threat} ${guard.file}: \`${guard.guard.split("\n")[0]}\`: ${because}`);
  }
  const standing = testsOf(module, AS_IT_STANDS);
  if (standing.length === 0) survivors.push(`${rows[0]?.test}: nothing ran on the code as it stands`);
  for (const test of standing.filter(hasFailed)) survivors.push(`${rows[0]?.test}: fails on the code too: ${test.fullName}`);
}

/** null: a test fails without it. */
function survives(guard: Guard, ran: readonly TestCase[]): string | null {
  const broken = ran.find(({ name }) => name === BROKEN);
  if (broken !== undefined) return `the changed code could not be loaded: ${broken.result().errors?.[0]?.message}`;
  if (ran.length === 0) return `no test named so in ${guard.test}`;
  return ran.some(hasFailed) ? null : `${ran.length} tests pass without it`;
}

function testsOf(module: TestModule | undefined, title: string): readonly TestCase[] {
  const round = [...(module?.children.suites() ?? [])].find(({ name }) => name === title);
  return [...(round?.children.allTests() ?? [])].filter((test) => test.result().state !== "skipped");
}

function hasFailed(test: TestCase): boolean {
  return test.result().state === "failed";
}

await vitest.close();
for (const survivor of survivors) console.log(`survived  ${survivor}`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${missed} of ${guards.length} guards are missed by a test when they are gone (${seconds} s)`);
process.exitCode = survivors.length === 0 ? 0 : 1;
