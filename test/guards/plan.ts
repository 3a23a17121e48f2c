import type { Guard } from "./guard.ts";

/** What stands between runtimes and a plan that nobody approved. */
export const PLAN: readonly Guard[] = [
  {
    threat: "T100",
    file: "src/engine/artifact.ts",
    guard: "return sessionHash(session) === compiledHash ? session : null;",
    without: "return session;",
    test: "test/engine/artifact.test.ts",
  },
  {
    threat: "T100",
    file: "src/engine/plan.ts",
    guard: "byAdmin || unsettled.length === 0 ?",
    without: "byAdmin || unsettled.length >= 0 ?",
    test: "test/engine/plan.test.ts",
  },
  {
    threat: "T100",
    file: "src/engine/plan.ts",
    guard: 'older: ({ descent }) => (descent === "older" ?',
    without: 'older: ({ descent }) => (descent === "first" && false ?',
    test: "test/engine/plan.test.ts",
  },
  {
    threat: "T100",
    file: "src/engine/plan.ts",
    guard: 'how === "on_merge" && baseRef === null ?',
    without: 'how === "on_merge" && baseRef === "" ?',
    test: "test/engine/plan.test.ts",
  },
  {
    threat: "T100",
    file: "src/runtime/session.ts",
    guard: "if (compiledHash({ runtime_projection: runtime, review_hash, compiler_version }) !== expected.hash)",
    without: "if (expected.hash === '')",
    test: "test/runtime/attach.test.ts",
  },
  {
    threat: "T100",
    file: "src/runtime/attach.ts",
    guard: 'const blocking = attachment === "artifact_invalid" || mode !== "monitor";',
    without: 'const blocking = mode !== "monitor";',
    test: "test/runtime/attach.test.ts",
  },
  {
    threat: "T100",
    file: "src/runtime/attach.ts",
    guard: "if (plan === null || !(ageMs >= 0 && ageMs < maxAgeMs))",
    without: "if (plan === null)",
    test: "test/runtime/attach.test.ts",
  },
  {
    threat: "T100",
    file: "src/runtime/judge.ts",
    guard: 'if (http === 422) return { status: code === "INVALID_PARAMETER"',
    without: 'if (http === 422) return { status: code !== ""',
    test: "test/runtime/attach.test.ts",
  },
  {
    threat: "T100",
    file: "src/store/verbs/publish-plan.ts",
    guard: 'if (because.length > 0) return { status: "unsettled", because };',
    without: "",
    test: "test/store/plan.test.ts",
    slow: true,
  },
  {
    threat: "T100",
    file: "src/gate/read-plan.ts",
    guard: "return verifiedArtifact(artifact) !== null ? whole :",
    without: "return whole !== null ? whole :",
    test: "test/store/plan.test.ts",
    slow: true,
  },
];
