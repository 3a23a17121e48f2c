import type { Contract } from "../model.ts";
import { isBuiltIn, isNaming, lastPart, type WantedType, wantedKey } from "../type-places.ts";
import type { OwnedField } from "./change.ts";
import type { Matched } from "./match.ts";
import { isSameField } from "./same-field.ts";
import { importsOf, isLinkedAlike, type TypeFile, type TypePool } from "./type-pool.ts";

/**
 * The types of other files that decide what a change does: those that changed fields name, and where a field is gone or names another type,
 * also those that these lead on to.
 */
export function wantedTypes(fields: Matched<OwnedField>, base: TypePool, head: TypePool): readonly WantedType[] {
  const [before, after] = [new Wanted(base), new Wanted(head)];
  let alike: { readonly was: Contract | null; readonly is: Contract | null; readonly holds: boolean } = {
    was: null,
    is: null,
    holds: false,
  };
  for (const pair of fields.pairs) {
    const [was, is] = [pair.before.contract, pair.after.contract];
    if (!isNaming(was.format) && !isNaming(is.format)) continue;
    if (alike.was !== was || alike.is !== is)
      alike = { was, is, holds: isNaming(was.format) && isNaming(is.format) && isLinkedAlike(was, is) };
    const isSame = isSameField(pair.before, pair.after);
    // What says the same leads elsewhere through links and imports only.
    if (isSame && alike.holds) continue;
    const isOther = leadsElsewhere(pair.before, pair.after, base, head);
    if (!isOther && isSame) continue;
    before.field(pair.before, isOther);
    after.field(pair.after, isOther);
  }
  for (const field of fields.removed) before.field(field, true);
  for (const field of fields.added) after.field(field, false);
  return [...new Map([...before.found, ...after.found]).values()];
}

/** Another name, another file, or other imports to look for the name in; or samples that show what stands inside. */
function leadsElsewhere(before: OwnedField, after: OwnedField, base: TypePool, head: TypePool): boolean {
  const [was, is] = [base.fileOf(before.contract), head.fileOf(after.contract)];
  if (was === undefined || is === undefined) return true;
  const refsOf = (pool: TypePool, file: TypeFile, { object, field }: OwnedField) => pool.refsOf(file, object.name, field).join();
  if (refsOf(base, was, before) !== refsOf(head, is, after)) return true;
  if (before.field.examples.join("\0") !== after.field.examples.join("\0")) return true;
  if (before.field.typeFiles?.join() !== after.field.typeFiles?.join()) return true;
  return before.field.typeFiles !== undefined && importsOf(was.contract).join() !== importsOf(is.contract).join();
}

class Wanted {
  readonly found = new Map<string, WantedType>();
  private readonly pool: TypePool;
  private readonly seen = new Set<string>();

  constructor(pool: TypePool) {
    this.pool = pool;
  }

  field({ contract, object, field }: OwnedField, isDeep: boolean): void {
    const file = this.pool.fileOf(contract);
    if (file === undefined) return;
    const open = this.pool.refsOf(file, object.name, field).map((ref) => ({ file, scope: object.name, ref }));
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const type = this.pool.resolve(next.file, next.scope, next.ref);
      if (type === null || !type.isOwn) this.add(next.file, next.ref);
      if (!isDeep || type === null || this.seen.has(type.id)) continue;
      this.seen.add(type.id);
      for (const form of [...type.defining, ...type.extending])
        for (const inner of form.object?.fields ?? [])
          for (const ref of this.pool.refsOf(form.file, inner.object, inner)) open.push({ file: form.file, scope: inner.object, ref });
    }
  }

  private add({ path, contract }: TypeFile, ref: string): void {
    const { format } = contract;
    if (!isNaming(format) || isBuiltIn(ref)) return;
    const names = format === "protobuf" ? importsOf(contract) : [lastPart(ref)];
    for (const name of names) {
      const wanted: WantedType = { format, name, from: format === "protobuf" ? path : null };
      this.found.set(wantedKey(wanted), wanted);
    }
  }
}
