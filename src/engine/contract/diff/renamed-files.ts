import type { Contract, ContractFile } from "../model.ts";
import { isSame } from "./same-field.ts";
import type { Side } from "./side.ts";

/**
 * Files that are at another path with the same content and mode, by their new path: read there on both sides, whatever names them.
 * Only where the new path says the same as the old one: an extension, a mapping or a reference may depend on it, and then the file is gone
 * from the one and new at the other.
 * @param read reads a file of the base.
 */
export function renamedFiles(
  base: ReadonlyMap<string, ContractFile>,
  head: ReadonlyMap<string, ContractFile>,
  read: (file: ContractFile) => Side,
): ReadonlyMap<string, ContractFile> {
  const gone = Map.groupBy(
    [...base.values()].filter(({ path }) => !head.has(path)),
    contentOf,
  );
  const come = Map.groupBy(
    [...head.values()].filter(({ path }) => !base.has(path)),
    contentOf,
  );
  return new Map(
    [...come].flatMap(([content, files]) => {
      const from = gone.get(content) ?? [];
      // One file that became two, or two that became one, is more than a new name.
      if (files.length !== 1 || from.length !== 1) return [];
      const [there, was] = [files[0]!.path, from[0]!];
      return saysTheSame(read(was), read({ ...was, path: there })) ? [[there, was] as const] : [];
    }),
  );
}

function contentOf({ mode, blob, bytes }: ContractFile): string {
  return `${mode} ${bytes === null ? "unread" : "read"} ${blob}`;
}

function saysTheSame(was: Side, is: Side): boolean {
  if (was.status !== "contract" || is.status !== "contract") return was.status === is.status;
  return isSame(nameless(was.contract), nameless(is.contract));
}

/** Without the names that a file may give to itself and to what is in it. */
function nameless({ objects, ...contract }: Contract): unknown {
  return {
    ...contract,
    key: contract.key === contract.file ? null : contract.key,
    file: null,
    name: null,
    links: null,
    problems: null,
    objects: objects.map(({ fields, ...object }) => ({
      ...object,
      name: null,
      fields: fields.map((field) => ({ ...field, object: null })),
    })),
  };
}
