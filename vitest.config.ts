import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They measure memory, or change what belongs to a whole process: each file has one of its own. */
const ALONE = [
  "test/{bot/body,e2e/{canaries,hostile-input},gate/server-log,github/requests,sandbox/comparer,simulation/simulation}.test.ts",
];

/** They start git hundreds of times, which takes ten times as long from a process that has held a database. */
const GIT = [
  "test/git/*.test.ts",
  "test/cli/!(audit|doctor|key|plan|report|server-doctor).test.ts",
  "test/gate/{references,replay-history,replay-precision}.test.ts",
];

/** They hold no server, no database and no process, and fill no memory. */
const PURE = ["test/{engine,laws,model,report}/**/*.test.ts"];

const EVERY = ["test/**/*.test.ts", "test/**/*.test.tsx"];

/** Loading the code and compiling GitHub's description cost a file seconds, so files share processes: src/ keeps nothing between calls but memories. */
const SHARED = { isolate: false };

/** In the order of the projects, each in one piece: a process is kept only while the next file is of its project. */
class ByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = this.ctx.projects.map(({ name }) => name);
    return (await super.sort(files)).sort((one, other) => order.indexOf(one.project.name) - order.indexOf(other.project.name));
  }
}

const EACH = { testTimeout: 60_000, hookTimeout: 60_000 };
/** Their processes have the machine to themselves, two at a time. */
const FIRST = { maxWorkers: 2, sequence: { groupOrder: 0 } };
/** A third of what these do is waiting: one more than the processors of CI. */
const THEN = { maxWorkers: 3, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    ...EACH,
    // Here, not in each project: it would start one server for each.
    globalSetup: ["test/support/postgres-cluster.ts"],
    sequence: { sequencer: ByProject },
    projects: [
      { test: { ...EACH, ...FIRST, name: "alone", include: ALONE } },
      { test: { ...EACH, ...SHARED, ...THEN, name: "served", include: EVERY, exclude: [...ALONE, ...GIT, ...PURE] } },
      { test: { ...EACH, ...SHARED, ...THEN, name: "git", include: GIT } },
      { test: { ...EACH, ...SHARED, ...THEN, name: "pure", include: PURE } },
    ],
  },
});
