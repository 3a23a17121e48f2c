import type { Guard } from "./guard.ts";

const ACCESS = "test/studio/api/access.test.ts";
const SIGN_IN = "test/studio/sign-in.test.ts";

/** Who comes into the Station and its API, and what they see there. */
export const STATION: readonly Guard[] = [
  {
    threat: "T91",
    file: "src/studio/api/request-guards.ts",
    guard: '(site === undefined || site === "same-origin")',
    without: "true",
    test: ACCESS,
    slow: true,
  },
  {
    threat: "T91",
    file: "src/studio/api/request-guards.ts",
    guard: "if (origin === own &&",
    without: "if ((origin ?? own) === own &&",
    test: ACCESS,
    slow: true,
  },
  {
    threat: "T93",
    file: "src/studio/seal.ts",
    guard: "if (opened.purpose !== purpose) continue;",
    without: "if (opened.purpose === undefined) continue;",
    test: "test/studio/seal.test.ts",
  },
  {
    threat: "T93",
    file: "src/store/verbs/sessions.ts",
    guard: "gt(signInSession.expiresAt, now), ",
    without: "",
    test: SIGN_IN,
    slow: true,
  },
  {
    threat: "T93",
    file: "src/studio/api/limits.ts",
    guard: "if (age >= -SKEW_SECONDS && age < PROOF_SECONDS) return next();",
    without: "if (age >= -SKEW_SECONDS) return next();",
    test: "test/studio/api/limits.test.ts",
    slow: true,
  },
  {
    threat: "T94",
    file: "src/studio/sign-in.tsx",
    guard: "if (held === null || !sameText(state, held.state))",
    without: "if (held === null)",
    test: SIGN_IN,
    slow: true,
  },
  {
    threat: "T95",
    file: "src/store/verbs/read-evaluations.ts",
    guard: "and(mine(tenantId), eq(evaluation.id, id))",
    without: "and(eq(evaluation.id, id))",
    test: "test/studio/tenants.test.ts",
    slow: true,
  },
  {
    threat: "T95",
    file: "src/gate/roles.ts",
    guard: "if (!toWrite && held !== undefined",
    without: "if (held !== undefined",
    test: ACCESS,
    slow: true,
  },
  {
    threat: "T95",
    file: "src/studio/api/api.ts",
    guard: "if (exists !== undefined && !(await exists.exists(principal.tenantId, context)))",
    without: 'if (exists !== undefined && principal.tenantId === "")',
    test: "test/studio/api/contract.test.ts",
    slow: true,
  },
  {
    threat: "T96",
    file: "src/github/standings.ts",
    guard: "data.user?.id !== person.id || ",
    without: "",
    test: ACCESS,
    slow: true,
  },
  {
    threat: "T101",
    file: "src/studio/client-address.ts",
    guard: "if (!isProxy(peer)) return grouped(peer);",
    without: "",
    test: "test/studio/client-address.test.ts",
  },
];
