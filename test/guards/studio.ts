import type { Guard } from "./guard.ts";

/** The approval boundary of Studio. */
export const STUDIO: readonly Guard[] = [
  {
    threat: "T95",
    file: "src/studio/api/workspace-acts.ts",
    guard: "access({ roles, scopes: [] }, ofTenant(deps)), guards.proof];",
    without: "access({ roles, scopes: [] }, ofTenant(deps))];",
    test: "test/studio/api/plan-acts.test.ts",
    slow: true,
  },
  {
    threat: "T97",
    file: "src/studio/api/workspace-acts.ts",
    guard: "if (principal.personId === NOBODY)",
    without: "if (false)",
    test: "test/studio/workspace-pages.test.ts",
    slow: true,
  },
  {
    threat: "T97",
    file: "src/github/electorate.ts",
    guard: "if (tenant === null) throw",
    without: "if (false) throw",
    test: "test/github/electorate.test.ts",
  },
  {
    threat: "T97",
    file: "src/github/installations.ts",
    guard: "if (suspended_at) throw",
    without: "if (false) throw",
    test: "test/github/electorate.test.ts",
  },
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
];
