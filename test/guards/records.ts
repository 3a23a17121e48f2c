import type { Guard } from "./guard.ts";

/** The audit trail and its evidence: what the verifier must not let pass. */
export const RECORDS: readonly Guard[] = [
  {
    threat: "T84",
    file: "src/verifier/verify.ts",
    guard: 'if (hash !== event.hash) faults.push({ at, because: "it was altered: its content does not give its hash" });',
    without: "",
    test: "test/cli/audit.test.ts",
    named: "T84",
    slow: true,
  },
  {
    threat: "T84",
    file: "src/gate/examine-chain.ts",
    guard: 'if (verdict.status === "broken") return verdict.because;',
    without: 'if (verdict.status === "broken") return null;',
    test: "test/studio/app.test.ts",
    named: "T84",
  },
  {
    threat: "T85",
    file: "src/verifier/evidence.ts",
    guard: "...missing, ...actor]",
    without: "...missing]",
    test: "test/verifier/tamper.test.ts",
    named: "T85",
    slow: true,
  },
  {
    threat: "T85",
    file: "src/verifier/evidence.ts",
    guard: 'else if (seq <= sealedTo) tell("its signed statement is missing: a checkpoint is only made after it");',
    without: "",
    test: "test/verifier/tamper.test.ts",
    named: "T85",
    slow: true,
  },
  {
    threat: "T102",
    file: "src/report/csv.ts",
    guard: "FORMULA.test(value) ?",
    without: "FORMULA.test(value) && false ?",
    test: "test/report/csv.test.ts",
    named: "T102",
  },
  {
    threat: "T102",
    file: "src/notary/file-drop.ts",
    guard: 'if (!/^[0-9a-f-]{36}$/.test(tenantId)) throw new Error("not a tenant\'s id");',
    without: "",
    test: "test/notary/sinks.test.ts",
    named: "T102",
    slow: true,
  },
];
