import type { Guard } from "./guard.ts";

/** What was submitted, and is approved later than it was decided. */
export const SUBMITTED: readonly Guard[] = [
  ...(
    [
      ["a policy that asks", "isPassing(decision.state) ? null : outdated(`by which", "true ? null : outdated(`by which"],
      ["a policy that reads", "if (canonicalJson(readBy(reading)) !== canonicalJson(readBy(facts.policy)))", "if (false)"],
      ["a base that is production now", "if (environment !== workspace.environment)", "if (false)"],
    ] as const
  ).map(
    ([named, guard, without]): Guard => ({
      threat: "T98",
      file: "src/gate/outdated-policy.ts",
      guard,
      without,
      test: "test/studio/api/submission-policy.test.ts",
      named,
      slow: true,
    }),
  ),
];
