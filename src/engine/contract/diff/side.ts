import type { Problem } from "../../problem.ts";
import type { Contract, ContractFile } from "../model.ts";
import { readContract } from "../read.ts";
import type { SchemaVersions } from "../readers/graphql/versions.ts";
import type { References } from "../references.ts";
import type { ReadingRules } from "../rules.ts";
import { isLfsPointer } from "../source/text.ts";

/** What stands at a path on one side. `suspect`: nobody can say whether it declared something. */
export type Side =
  | { readonly status: "absent" }
  | { readonly status: "ignored" }
  | { readonly status: "contract"; readonly contract: Contract }
  | { readonly status: "irregular"; readonly because: string; readonly suspect: boolean }
  | { readonly status: "unparseable"; readonly problem: Problem; readonly suspect: boolean };

const REGULAR = new Set(["100644", "100755", "100664"]);
/** Names under which somebody may have declared something. */
export const MAYBE_CONTRACT = /\.(ya?ml|json|avsc|proto|graphqls?|gql)$|(^|\/)[^./]+$/i;

export function readSide(
  file: ContractFile | undefined,
  rules: ReadingRules,
  references: References,
  versions: SchemaVersions = new Map(),
): Side {
  if (file === undefined) return { status: "absent" };
  const suspect = MAYBE_CONTRACT.test(file.path);
  if (!REGULAR.has(file.mode))
    return { status: "irregular", because: KINDS[file.mode] ?? `file mode ${file.mode}`, suspect: suspect || file.mode !== "120000" };
  const reading = readContract(file, rules, references, versions);
  switch (reading.status) {
    case "contract":
      return reading;
    case "ignored":
      return { status: "ignored" };
    case "unparseable": {
      const pointer = (file.bytes !== null && isLfsPointer(file.bytes)) || /\blfs\b/i.test(file.unreadable ?? "");
      if (pointer) return { status: "irregular", because: "a Git LFS pointer stands in place of the content", suspect };
      return { status: "unparseable", problem: reading.problems[0]!, suspect };
    }
  }
}

const KINDS: Readonly<Record<string, string>> = { "120000": "a symbolic link", "160000": "a submodule", "040000": "a folder" };
