import type { Contract, DataObject, Field, FieldType, Link, NamedType, Tag } from "../model.ts";
import { importPaths, isNaming } from "../type-places.ts";

/** A file of one side with the types that it defines. */
export interface TypeFile {
  /** Where it stands on that side. */
  readonly path: string;
  readonly contract: Contract;
}

/** What one file says about a type. */
export interface TypeForm {
  readonly file: TypeFile;
  readonly object: DataObject | null;
  readonly type: NamedType | null;
}

/** What a name means, seen from one file. */
export interface ResolvedType {
  readonly id: string;
  readonly name: string;
  /** Definitions, and what other files add to them. More than one definition: nobody knows which of them is meant. */
  readonly defining: readonly TypeForm[];
  readonly extending: readonly TypeForm[];
  /** True when the file itself defines it. */
  readonly isOwn: boolean;
}

/** The types of all files of one side, by name. */
export class TypePool {
  readonly files: readonly TypeFile[];
  private allForms: ReadonlyMap<string, ReadonlyMap<string, readonly TypeForm[]>> | null = null;
  private readonly byContract: ReadonlyMap<string, TypeFile>;
  private readonly byPath: ReadonlyMap<string, TypeFile>;
  private readonly known = new Map<TypeFile, Map<string, ResolvedType | null>>();
  private readonly imported = new Map<TypeFile, ReadonlySet<TypeFile>>();

  constructor(files: readonly TypeFile[]) {
    this.files = files.filter(({ contract }) => isNaming(contract.format));
    this.byContract = new Map(this.files.map((file) => [file.contract.file, file]));
    this.byPath = new Map(this.files.map((file) => [file.path, file]));
  }

  /** The file that a contract was read from. */
  fileOf({ file }: Contract): TypeFile | undefined {
    return this.byContract.get(file);
  }

  /** The types that a field names, as they are written. */
  refsOf(file: TypeFile, object: string, field: Field): readonly string[] {
    const linked = linkedTypes(file.contract).get(object)?.get(field.path.join("."));
    const own = typeRefs(field.type);
    return linked === undefined || linked.every((ref) => own.includes(ref)) ? own : [...new Set([...own, ...linked])];
  }

  /** A name is looked for from the inside out: `Other` in `p.M` may be `p.Other`. Null = no file of this side defines it. */
  resolve(file: TypeFile, scope: string, ref: string): ResolvedType | null {
    const memory = this.known.get(file) ?? new Map<string, ResolvedType | null>();
    this.known.set(file, memory);
    const key = `${scope}\0${ref}`;
    const before = memory.get(key);
    if (before !== undefined) return before;
    let found: ResolvedType | null = null;
    for (let around = scope; around !== "" && found === null; around = around.slice(0, Math.max(0, around.lastIndexOf("."))))
      found = this.named(file, `${around}.${ref}`);
    found ??= this.named(file, ref);
    memory.set(key, found);
    return found;
  }

  /** The files that an import leads to; without one where it should stand, those whose path ends with it. */
  filesOf(from: TypeFile, path: string): readonly TypeFile[] {
    const exact = importPaths(from.path, path).flatMap((each) => this.byPath.get(each) ?? []);
    return exact.length > 0 ? exact : this.files.filter((file) => file.path.endsWith(`/${path}`));
  }

  private named(file: TypeFile, name: string): ResolvedType | null {
    this.allForms ??= formsOf(this.files);
    const forms = this.allForms.get(file.contract.format)?.get(name);
    if (forms === undefined) return null;
    const visible = file.contract.format === "protobuf" ? this.importedBy(file) : null;
    const seen = forms.filter((form) => form.file === file || visible === null || visible.has(form.file));
    const own = seen.filter((form) => form.file === file && isDefining(form));
    const defining = own.length > 0 ? own : seen.filter(isDefining);
    const extending = seen.filter((form) => !isDefining(form));
    const all = [...defining, ...extending];
    if (all.length === 0) return null;
    const id = JSON.stringify([name, defining.map((form) => form.file.path).sort(), extending.map((form) => form.file.path).sort()]);
    return { id, name, defining, extending, isOwn: own.length > 0 };
  }

  /** What a file imports, and what that imports in turn. */
  private importedBy(file: TypeFile): ReadonlySet<TypeFile> {
    const before = this.imported.get(file);
    if (before !== undefined) return before;
    const found = new Set<TypeFile>();
    const open = [file];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const other of importsOf(next.contract).flatMap((path) => this.filesOf(next!, path))) {
        if (found.has(other)) continue;
        found.add(other);
        open.push(other);
      }
    }
    this.imported.set(file, found);
    return found;
  }
}

/** By format and name. Asked for by few comparisons. */
function formsOf(files: readonly TypeFile[]): ReadonlyMap<string, ReadonlyMap<string, readonly TypeForm[]>> {
  const forms = new Map<string, Map<string, TypeForm[]>>();
  for (const file of files) {
    const { format, objects, types = [] } = file.contract;
    const ofFormat = forms.get(format) ?? new Map<string, TypeForm[]>();
    forms.set(format, ofFormat);
    const objectOf = new Map(objects.map((object) => [object.name, object]));
    const typeOf = new Map(types.map((type) => [type.name, type]));
    for (const name of new Set([...objectOf.keys(), ...typeOf.keys()])) {
      const form = { file, object: objectOf.get(name) ?? null, type: typeOf.get(name) ?? null };
      const before = ofFormat.get(name);
      if (before === undefined) ofFormat.set(name, [form]);
      else before.push(form);
    }
  }
  return forms;
}

/** By object and field: the types that links lead to. */
export type LinkedTypes = ReadonlyMap<string | null, ReadonlyMap<string | null, readonly string[]>>;

export function linkedTypes(contract: Contract): LinkedTypes {
  const before = linked.get(contract);
  if (before !== undefined) return before;
  const found = new Map<string | null, Map<string | null, string[]>>();
  for (const { carrier, upstream, downstream } of contract.links) {
    if (carrier !== "type" || upstream.object === null) continue;
    const fields = found.get(downstream.object) ?? new Map<string | null, string[]>();
    found.set(downstream.object, fields);
    const known = fields.get(downstream.field);
    if (known === undefined) fields.set(downstream.field, [upstream.object]);
    else known.push(upstream.object);
  }
  linked.set(contract, found);
  return found;
}

/** Memory of linkedTypes: every field asks. */
const linked = new WeakMap<Contract, LinkedTypes>();

/** What stands on a scalar, enum or union reaches the field, where only one file defines it. */
export function sharedTags({ defining, extending }: ResolvedType): readonly Tag[] {
  if (defining.length !== 1 || defining[0]!.type === null) return [];
  return [...defining, ...extending].flatMap(({ type }) => type?.tags ?? []);
}

/** True when both link the same in the same order: then all imports and linked types are the same. */
export function isLinkedAlike(before: Contract, after: Contract): boolean {
  return before.links.length === after.links.length && before.links.every((link, at) => isSameLink(link, after.links[at]!));
}

function isSameLink(was: Link, is: Link): boolean {
  return was === is || (was.carrier === is.carrier && isSameEnd(was.upstream, is.upstream) && isSameEnd(was.downstream, is.downstream));
}

function isSameEnd(was: Link["upstream"], is: Link["upstream"]): boolean {
  return was.object === is.object && was.field === is.field && was.contract === is.contract;
}

export function importsOf({ links }: Contract): readonly string[] {
  const found: string[] = [];
  for (const { carrier, upstream } of links) if (carrier === "import" && upstream.contract !== null) found.push(upstream.contract);
  return found;
}

export function typeRefs({ ref, item }: FieldType): readonly string[] {
  if (item === null) return ref === null ? NONE : [ref];
  return ref === null ? typeRefs(item) : [ref, ...typeRefs(item)];
}

const NONE: readonly string[] = [];

function isDefining({ object, type }: TypeForm): boolean {
  return (type ?? object)?.extension !== true;
}
