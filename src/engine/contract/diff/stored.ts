import type { Contract } from "../model.ts";

interface Stored {
  readonly name: string;
  readonly physicalName: string | null;
}

/**
 * Where the data is, as far as the contract tells: what has no physical name is stored under its own. Stores fold letters, and quotes say
 * nothing. dbt's table that is switched off, or may be, leaves its place to another one.
 */
export function storedAs({ name, physicalName }: Stored): string {
  return (physicalName ?? name)
    .replace(/ \((?:disabled|enabled: .*)\)$/s, "")
    .replace(/["'`[\]]/g, "")
    .toLowerCase();
}

/**
 * The physical names of a thing that is another one in storage now; null = it is not. Where one side names none, its own name counts for it,
 * and only for what is protected: a name with its schema before it, or with its words joined in another way, is the same one written out.
 */
export function storedElsewhere(
  before: Stored & { readonly contract: Contract },
  after: Stored & { readonly contract: Contract },
  isProtected: boolean,
): { readonly from: string; readonly to: string } | null {
  const [was, is] = [before.physicalName, after.physicalName];
  if (was !== null && is !== null) return was === is ? null : { from: was, to: is };
  if (was === is || !isProtected || before.name !== after.name || before.contract.format !== after.contract.format) return null;
  if (wordsOf(storedAs(before)) === wordsOf(storedAs(after))) return null;
  return { from: was ?? before.name, to: is ?? after.name };
}

function wordsOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).replace(/[^\p{L}\p{N}]/gu, "");
}
