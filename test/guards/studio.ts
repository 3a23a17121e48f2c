import type { Guard } from "./guard.ts";

/** The approval boundary of Studio. */
export const STUDIO: readonly Guard[] = [
  {
    threat: "T91",
    file: "src/studio/workspace-pages.tsx",
    guard: 'if (context.req.header("origin") !== new URL(publicUrl).origin || (site !== undefined && site !== "same-origin"))',
    without: "if (false)",
    test: "test/studio/workspace-pages.test.ts",
    slow: true,
  },
  {
    threat: "T91",
    file: "src/studio/workspace-pages.tsx",
    guard: 'if (!tokens.accepts(principal, token ?? ""))',
    without: "if (false)",
    test: "test/studio/workspace-pages.test.ts",
    slow: true,
  },
  {
    threat: "T97",
    file: "src/store/verbs/draft-lineage.ts",
    guard: "  await refuseOwnChange(tx, draft, ask.actorId);",
    without: "",
    test: "test/store/studio-approval.test.ts",
    slow: true,
  },
  {
    threat: "T98",
    file: "src/store/verbs/draft-lineage.ts",
    guard: "if (snapshot.id !== ask.snapshotId || snapshot.version !== ask.draftVersion) throw",
    without: "if (false) throw",
    test: "test/store/studio-approval.test.ts",
    named: "4: the snapshot exists",
    slow: true,
  },
  {
    threat: "T99",
    file: "src/store/verbs/idempotency.ts",
    guard: "if (row.requestHash !== requestHash)",
    without: "if (false)",
    test: "test/store/studio-approval.test.ts",
    slow: true,
  },
  ...(
    [
      ["2: it has", 'if (draft.workspaceId !== workspace.id || !["open", "approved"].includes(draft.status))', "if (false)"],
      ["6: the persisted", "if (!isReady(snapshot)) throw", "if (false) throw"],
      ["7: blocker_ids", "if (blockers.length > 0) throw", "if (false) throw"],
    ] as const
  ).map(
    ([named, guard, without]): Guard => ({
      threat: "T98",
      file: "src/store/verbs/draft-lineage.ts",
      guard,
      without,
      test: "test/store/studio-approval.test.ts",
      named,
      slow: true,
    }),
  ),
  {
    threat: "T97",
    file: "src/gate/submit.ts",
    guard: "return actors.find(({ login }) => login.toLowerCase() === claimed)?.id ?? null;",
    without: "return null;",
    test: "test/studio/api/submissions.test.ts",
    slow: true,
  },
  {
    threat: "T98",
    file: "src/gate/submit.ts",
    guard: "if (draft.currentVersion !== ask.expectedVersion) {",
    without: "if (false) {",
    test: "test/studio/api/submissions.test.ts",
    named: "E010",
    slow: true,
  },
  {
    threat: "T29",
    file: "src/gate/submission-policy.ts",
    guard:
      'if (organisation.length + pushed.length === 0) return refused("NO_POLICY", "no policy is in force here, so nothing could be decided");',
    without: "",
    test: "test/studio/api/submissions.test.ts",
    named: "without any policy",
    slow: true,
  },
  {
    threat: "T26",
    file: "src/gate/submitted-change.ts",
    guard: "change.environment === null ? mapped : stricterEnvironment(mapped, environmentFromWord(change.environment))",
    without: "change.environment ?? mapped",
    test: "test/studio/api/submissions.test.ts",
    named: "a base that is production",
    slow: true,
  },
];
