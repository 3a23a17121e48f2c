import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readContract } from "../../src/engine/contract/read.ts";
import { compileVocabulary } from "../../src/engine/contract/vocabulary.ts";
import { decisionSchema } from "../../src/engine/decision-schema.ts";
import { CONFIG, POLICIES } from "../demo/sample.ts";
import { countersign } from "../support/cli.ts";
import { createGitRepository, type GitRepository } from "../support/git-repository.ts";

/** Real contracts as before/after pairs: those in the repository, and the whole corpus where it stands beside the checkout. */
const OURS = join(import.meta.dirname, "../fixtures/contract/corpus");
const BESIDE = join(import.meta.dirname, "../../../shared/corpus");
const CORPUS = existsSync(BESIDE) ? BESIDE : OURS;
const FORMATS = ["odcs", "dcs", "dbt"] as const;
let git: GitRepository;

beforeAll(() => {
  if (CORPUS === OURS)
    process.stdout.write(`corpus: only the ${OURS.split("/test/")[1]} files; the whole corpus does not stand beside this checkout\n`);
  git = createGitRepository();
});
afterAll(() => git.remove());

const pairs = FORMATS.flatMap((format) => {
  const files = readdirSync(join(CORPUS, format))
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  return files.map((before, index) => ({ format, before, after: files[(index + 1) % files.length] ?? before }));
});

describe("check --format json on real contracts", () => {
  test.each(pairs)("$format: $before -> $after", async ({ format, before, after }) => {
    const path = format === "dbt" ? "models/schema.yml" : "contracts/contract.yaml";
    const bytes = (name: string) => readFileSync(join(CORPUS, format, name));
    git.git("checkout", "-q", "--orphan", `b${Math.abs(hash(format + before))}`);
    const base = git.commit(
      {
        "models/schema.yml": null,
        "contracts/contract.yaml": null,
        [path]: bytes(before),
        ".choochoorc": CONFIG,
        ".choochoo/approval-policies.yaml": POLICIES,
      },
      "before",
    );
    const same = await countersign(git.path, ["check", "--base", base, "--format", "json"]);
    expect(JSON.parse(same.stdout)).toMatchObject({ state: "not_applicable", findings: [] });
    git.commit({ [path]: bytes(after) }, "after");
    const run = await countersign(git.path, ["check", "--base", base, "--format", "json"]);
    const report = JSON.parse(run.stdout);
    expect(z.safeParse(decisionSchema, report).error).toBeUndefined();
    expect(run.code).toBe(report.exitCode);
    expect([0, 1, 10]).toContain(run.code);
    // Another real contract in the place of one with fields loses or changes something, or it is unreadable: never nothing at all.
    if (fieldsOf(path, bytes(before)) > 0 && !bytes(before).equals(bytes(after)))
      expect(report.findings.length + report.problems.length).toBeGreaterThan(0);
    if (
      report.findings.some(
        (finding: { severity: string; tagsBefore: string[] }) => finding.severity === "block" && finding.tagsBefore.includes("pii"),
      )
    )
      expect(run.code).not.toBe(0);
  });
});

function fieldsOf(path: string, bytes: Uint8Array): number {
  const reading = readContract(
    { path, mode: "100644", blob: "b", bytes, unreadable: null },
    { vocabulary: compileVocabulary({ synonyms: {}, keywords: [] }), mappings: [] },
  );
  return reading.status === "contract" ? reading.contract.objects.reduce((sum, object) => sum + object.fields.length, 0) : 0;
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) | 0, 7);
}
