import type { Guard } from "./guard.ts";

const MEMORY = { test: "test/simulation/regressions.test.ts", named: "breaks no invariant in memory", slow: true } as const;
const TWINS = { test: "test/simulation/regressions.test.ts", named: "breaks no invariant on the real store", slow: true } as const;
const PUBLISH = "src/gate/publish-checks.ts";

/** Guards whose absence only an unlucky order of events shows: simulated schedules find it. */
export const SIMULATED: readonly Guard[] = [
  { threat: "T56", file: "src/gate/evaluate-pull-request.ts", guard: "  if (!second) {", without: "  if (false) {", ...MEMORY },
  {
    threat: "T64",
    file: "src/gate/second-look.ts",
    guard: "if (!sameReviews(now.reviews ?? [], facts.people.reviews)) return false;",
    without: "",
    ...MEMORY,
  },
  {
    threat: "T65",
    file: PUBLISH,
    guard: 'if (newest === undefined || owed.conclusion !== "success")',
    without: "if (newest === undefined)",
    ...MEMORY,
  },
  {
    threat: "T65",
    file: PUBLISH,
    guard: "await readBack(deps, owed, run);",
    without: "run.conclusion;",
    test: "test/gate/evaluate.test.ts",
    named: "T65: a write that GitHub acknowledges",
    slow: true,
  },
  {
    threat: "T65",
    file: PUBLISH,
    guard: "run === null && error instanceof TruthError &&",
    without: "!(error instanceof TruthError) ||",
    ...MEMORY,
  },
  {
    threat: "T77",
    file: "src/gate/evaluate-pull-request.ts",
    guard: "!ranOut(deps, work) && (await deps.ledger.pendingChecks(key)).length === 0",
    without: "!ranOut(deps, work)",
    ...MEMORY,
  },
  {
    threat: "T55",
    file: "src/gate/record-merge.ts",
    guard: '  if (landing.status === "differs") return mismatch(deps, work, pull, evaluation, landing);\n',
    without: "",
    ...MEMORY,
  },
  {
    threat: "T65",
    file: "src/store/verbs/publish-check.ts",
    guard: 'const uncertain = check.uncertain && check.conclusion === "success";',
    without: "const uncertain = false;",
    ...TWINS,
  },
  {
    threat: "T76",
    file: "src/store/verbs/publish-check.ts",
    guard: 'if (own.length > 0 || outcome.status === "failed") return;',
    without: "return;",
    ...TWINS,
  },
  {
    threat: "T68",
    file: "src/store/verbs/save-evaluation.ts",
    guard: "...(done",
    without: "...(true",
    ...TWINS,
  },
  {
    threat: "T74",
    file: "src/gate/record-merge.ts",
    guard: '  if ((await deps.ledger.landingOf(pull.repository.id, pull.number)) === "incident") return "incident";\n',
    without: "",
    ...MEMORY,
  },
  {
    threat: "T76",
    file: "src/store/verbs/approve-active-draft.ts",
    guard: "if (await isIncident(tx, landing))",
    without: "if (false)",
    test: "test/store/approval.test.ts",
    named: "also when they race",
    slow: true,
  },
  {
    threat: "T76",
    file: "src/store/verbs/record-incident.ts",
    guard: "  if (approved !== null) return approved.event;\n",
    without: "",
    test: "test/store/approval.test.ts",
    named: "also when they race",
    slow: true,
  },
  {
    threat: "T76",
    file: "src/store/verbs/record-incident.ts",
    guard: "if (held === null) {",
    without: "if (false) {",
    test: "test/store/approval.test.ts",
    named: "an overtaken worker tells no incident",
    slow: true,
  },
];
