import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../src/engine/decide.ts";
import { isPassing } from "../../src/engine/decision.ts";
import { evidence, registry } from "../engine/agents/build.ts";
import { someFacts } from "./world.ts";

const RUNS = { numRuns: 300 };

/** Whatever anybody can write into a commit message or an Agent Trace. */
const claims = fc.record({
  agents: fc.subarray(["tidy", "stray", "dependabot[bot]"]),
  launchedBy: fc.subarray(["alice", "bob", "carol", "nobody"]),
  confidences: fc.subarray(["1", "0.2", "high"]),
  coAuthors: fc.subarray(["T <tidy@example.com>", "x"]),
});

test("what a change says of agents never turns what does not pass into a pass", () => {
  fc.assert(
    fc.property(someFacts, claims, fc.boolean(), fc.boolean(), (given, trailers, traced, verified) => {
      const facts = { ...given, agent: null, agents: evidence() };
      if (isPassing(decide(facts).state)) return;
      const traces = traced ? [{ tool: "x", path: "c", confidence: 1, file: "t" }] : [];
      const commits = facts.people?.commits.map((commit) => ({ ...commit, trailers, verified: commit.verified && verified })) ?? [];
      const people = facts.people === null ? null : { ...facts.people, commits };
      expect(isPassing(decide({ ...facts, people, agents: { ...facts.agents, traces } }).state)).toBe(false);
    }),
    RUNS,
  );
});

test("a crossed boundary trumps approval and override: such a change never passes", () => {
  const bound = evidence({ registry: registry("    boundaries: { read-only: true }\n") });
  fc.assert(
    fc.property(someFacts, (given) => {
      const decision = decide({ ...given, agent: { id: "tidy[bot]", confidence: 1, systemCard: true, automation: false }, agents: bound });
      if (decision.environment !== null) expect(["blocked", "error"]).toContain(decision.state);
    }),
    RUNS,
  );
});

test("order and repetition of what is known of agents change nothing, byte for byte", () => {
  const trace = (tool: string) => ({ tool, path: "c", confidence: null, file: "t" });
  fc.assert(
    fc.property(someFacts, fc.array(fc.constantFrom("a", "b", "tidy-cli"), { maxLength: 4 }), (given, tools) => {
      const of = (names: readonly string[]) => decide({ ...given, agents: evidence({ traces: names.map(trace), paths: [...names] }) });
      expect(of([...tools, ...tools].reverse())).toEqual(of(tools));
    }),
    { numRuns: 100 },
  );
});
