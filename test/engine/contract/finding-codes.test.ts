import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FINDING_CODES, type FindingCode } from "../../../src/engine/contract/finding-codes.ts";
import { SEVERITIES } from "../../../src/engine/policy/model.ts";

const codes = Object.keys(FINDING_CODES) as FindingCode[];
const rank = (severity: (typeof SEVERITIES)[number]) => SEVERITIES.indexOf(severity);

describe("the rule table", () => {
  it.each(codes)("%s: tagged data is never judged more mildly", (code) => {
    const row = FINDING_CODES[code];
    expect(rank(row.whenTagged)).toBeLessThanOrEqual(rank(row.severity));
  });

  it.each([
    "tag.removed",
    "tag.weakened",
    "tag.scope_removed",
    "tag.became_opaque",
    "classification.lowered",
    "field.removed",
    "contract.deleted",
    "contract.unparseable",
    "contract.repaired",
    "contract.left_governed_path",
    "contract.not_regular_file",
    "masking.changed",
    "examples.changed",
    "type.changed",
    "server.region_changed",
    "retention.lengthened",
    "access.granted",
    "access.widened",
    "server.added",
    "purpose.changed",
    "consumer.added",
    "required.loosened",
    "unique.loosened",
    "primaryKey.loosened",
  ] as const)("%s blocks on tagged data", (code) => expect(FINDING_CODES[code].whenTagged).toBe("block"));

  it("what takes protection away weighs as a loss", () => {
    for (const code of [
      "tag.removed",
      "tag.weakened",
      "tag.scope_removed",
      "tag.became_opaque",
      "classification.lowered",
      "field.removed",
      "contract.deleted",
      "contract.left_governed_path",
    ] as const) {
      expect(FINDING_CODES[code].whenTaggedWeight).toBe("loss");
    }
  });

  it("every code is raised somewhere in the diff", () => {
    const folder = new URL("../../../src/engine/contract/", import.meta.url);
    const source = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith(".ts") && name !== "finding-codes.ts")
      .map((name) => readFileSync(new URL(name, folder), "utf8"))
      .join("\n");
    const built = codes.filter((code) => /^(required|unique|primaryKey)\./.test(code));
    expect(codes.filter((code) => !source.includes(`"${code}"`))).toEqual(built);
  });
});
