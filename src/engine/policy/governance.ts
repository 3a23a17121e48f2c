import { digest } from "../canonical.ts";
import type { Finding, GovernedFile } from "../contract/finding.ts";

export const GOVERNANCE_CODE = "governance.changed";

/** A changed policy, configuration, system card or the like, in the shape of any other finding. */
export function governanceFindings(files: readonly GovernedFile[]): readonly Finding[] {
  return files.map((file) => ({
    code: GOVERNANCE_CODE,
    severity: "block",
    contract: file.path,
    format: null,
    object: null,
    field: null,
    tagsBefore: [],
    tagsAfter: [],
    unknownClasses: [],
    before: file.baseBlob,
    after: file.headBlob,
    message: `governance file ${file.baseBlob === null ? "added" : file.headBlob === null ? "deleted" : "changed"}`,
    file: file.path,
    line: null,
    column: null,
    side: file.headBlob === null ? "base" : "head",
    weight: "other",
    fingerprint: digest("countersign/finding/v1", [
      "governance.changed",
      file.path,
      file.baseMode,
      file.baseBlob,
      file.headMode,
      file.headBlob,
    ]),
  }));
}
