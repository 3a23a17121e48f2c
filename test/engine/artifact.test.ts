import { execFileSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileArtifact, sessionHash, sessionOf, verifiedArtifact, verifiedSession } from "../../src/engine/artifact.ts";
import { canonicalJson } from "../../src/engine/canonical.ts";
import { artifactInput } from "../support/compiled.ts";

const input = artifactInput();
const compiled = compileArtifact(input);

describe("an artifact", () => {
  test("is the same bytes in 1,000 runs, whatever order its parts come in", () => {
    const bytes = canonicalJson(compiled);
    const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
    const twice = [...input.contracts, { ...input.contracts[0]!, version: "2.0.0" }];
    const reference = canonicalJson(compileArtifact({ ...input, contracts: twice }));
    let runs = 0;
    fc.assert(
      fc.property(shuffled(twice), shuffled(twice[0]!.objects[0]!.fields), (contracts, fields) => {
        runs += 1;
        const mixed = contracts.map((contract) =>
          contract.file === twice[0]!.file
            ? {
                ...contract,
                objects: contract.objects.map((object) => ({
                  ...object,
                  fields: fields.map((field) => ({ ...field, tags: [...field.tags].reverse() })),
                })),
              }
            : contract,
        );
        expect(canonicalJson(compileArtifact({ ...input, contracts: mixed }))).toBe(reference);
        expect(canonicalJson(compileArtifact(input))).toBe(bytes);
      }),
      { numRuns: 1000 },
    );
    expect(runs).toBe(1000);
  });

  test("is the same in another process", () => {
    const script = `
      import { compileArtifact } from ${JSON.stringify(join(import.meta.dirname, "../../src/engine/artifact.ts"))};
      import { artifactInput } from ${JSON.stringify(join(import.meta.dirname, "../support/compiled.ts"))};
      process.stdout.write(compileArtifact(artifactInput()).compiledHash);`;
    const env = { ...process.env, LANG: "tr_TR.UTF-8", TZ: "Asia/Tokyo" };
    const said = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8", env });
    expect(said).toBe(compiled.compiledHash);
  });
});

describe("a session", () => {
  const session = sessionOf(compiled);
  const wire = () => JSON.parse(JSON.stringify(session)) as typeof session;

  test("is enough to verify the compiled hash", () => {
    expect(sessionHash(session)).toBe(compiled.compiledHash);
    expect(verifiedSession(wire(), compiled.compiledHash)).toEqual(session);
    expect(verifiedArtifact(compiled)).toEqual(session);
  });

  test("T100: changed in any place does not verify", () => {
    const field = wire();
    (field.runtime_projection.contracts[0]!.objects[0]!.fields[0]!.tags as string[]).pop();
    const others: unknown[] = [
      { ...wire(), review_hash: "0".repeat(64) },
      { ...wire(), compiler_version: "4" },
      { ...wire(), extra: 1 },
      { ...wire(), runtime_projection: { ...session.runtime_projection, agent: "acme/other" } },
      { review_hash: session.review_hash, compiler_version: "1" },
      null,
      "text",
      [],
      { ...wire(), runtime_projection: { contracts: "\ud800" } },
    ];
    for (const changed of [field, ...others]) expect(verifiedSession(changed, compiled.compiledHash)).toBeNull();
    expect(verifiedArtifact({ ...compiled, review: { lone: "\ud800" } })).toBeNull();
    expect(verifiedArtifact({ ...compiled, review: { ...compiled.review, state: "auto_approved" } })).toBeNull();
  });
});
