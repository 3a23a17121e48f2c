import type { z } from "zod";
import type { PolicySource } from "../policy/model.ts";
import { policiesSchema, type RawConfig } from "../policy/schema.ts";
import { issueWords } from "../policy/schema-problems.ts";
import { readSource, type SourceReading } from "../policy/source.ts";
import type { Problem } from "../problem.ts";
import { casesSchema, inlineCaseSchema, type RawCase, type RawGiven } from "./schema.ts";

/** One case as it is written, with what holds for the whole file put in. */
export interface PolicyCase {
  readonly name: string;
  readonly file: string;
  readonly line: number | null;
  /** Qualified name of the policy that it stands in; null = in a cases file. */
  readonly policy: string | null;
  readonly given: RawGiven;
  readonly expect: RawCase["expect"];
}

export interface CasesReading {
  readonly cases: readonly PolicyCase[];
  /** Configuration that a cases file brings along, as a file of its own; null = none. */
  readonly config: RawConfig | null;
  /** Why something could not be read: no case of that file is then run. */
  readonly problems: readonly Problem[];
}

/** The cases of a `.cases.yaml` file. */
export function readCases(source: PolicySource): CasesReading {
  const reading = readSource(source, casesSchema);
  if (reading.value === undefined) return { cases: [], config: null, problems: reading.problems };
  const { cases, given, config } = reading.value;
  const read = cases.map((each, index) => caseOf(reading, ["cases", index], null, { ...each, given: { ...given, ...each.given } }));
  return { cases: read, config: config ?? null, problems: caseProblems(reading, read) };
}

/** The `tests` of the policies of one file. A policy file that cannot be read has none; its own problems are told elsewhere. */
export function readInlineCases(source: PolicySource): CasesReading {
  const reading = readSource(source, policiesSchema);
  const cases: PolicyCase[] = [];
  const problems: Problem[] = [];
  reading.value?.policies.forEach((policy, index) => {
    policy.tests?.forEach((test, position) => {
      const at = ["policies", index, "tests", position];
      const parsed = inlineCaseSchema.safeParse(test);
      if (parsed.success) cases.push(caseOf(reading, at, `${source.origin}/${policy.name}`, parsed.data));
      else problems.push(...parsed.error.issues.map((issue) => issueProblem(reading, at, issue)));
    });
  });
  return { cases, config: null, problems: [...problems, ...caseProblems(reading, cases)] };
}

function caseOf(reading: SourceReading<unknown>, at: readonly PropertyKey[], policy: string | null, raw: RawCase): PolicyCase {
  return {
    name: raw.name,
    file: reading.source.path,
    line: reading.lineOf([...at, "name"]),
    policy,
    given: raw.given ?? {},
    expect: raw.expect,
  };
}

/** What a schema cannot say. A case that expects nothing would pass whatever happens. */
function caseProblems(reading: SourceReading<unknown>, cases: readonly PolicyCase[]): readonly Problem[] {
  return cases.flatMap(({ name, line, given, expect }) => {
    const say = (message: string): Problem => ({
      code: "E001",
      message: `case \`${name}\`: ${message}`,
      file: reading.source.path,
      line,
      severity: "error",
    });
    return [
      ...(Object.values(expect).some((value) => value !== undefined) ? [] : [say("`expect` is empty, so it could never fail")]),
      ...(given.changes !== undefined && given.findings !== undefined ? [say("`changes` or `findings`, not both")] : []),
      ...(given.changes ?? []).flatMap(({ path, before, after }) =>
        (before ?? null) === null && (after ?? null) === null ? [say(`\`${path}\` has neither \`before\` nor \`after\``)] : [],
      ),
    ];
  });
}

function issueProblem(reading: SourceReading<unknown>, at: readonly PropertyKey[], issue: z.core.$ZodIssue): Problem {
  const key = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const where = issue.path.map(String).join(".");
  const message = key === undefined ? `${where === "" ? "the case" : `\`${where}\``}: ${issueWords(issue)}` : `unknown key \`${key}\``;
  return { code: "E001", message, file: reading.source.path, line: reading.lineOf([...at, ...issue.path], key), severity: "error" };
}
