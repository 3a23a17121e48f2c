import type { ContractFile } from "../model.ts";
import { importPaths, isBuiltIn, lastPart, mayDefine, type WantedType, wantedKey } from "../type-places.ts";
import { importsOf, type ResolvedType, type TypeFile } from "./type-pool.ts";

/** Types of one side that nobody can say anything about: they could not be looked for, or the file that may define them cannot be read. */
export class UnknownTypes {
  private readonly wanted: ReadonlySet<string>;
  private readonly unread: readonly ContractFile[];

  constructor(wanted: readonly WantedType[], unread: readonly ContractFile[]) {
    this.wanted = new Set(wanted.map(wantedKey));
    this.unread = unread;
  }

  get isNone(): boolean {
    return this.wanted.size === 0 && this.unread.length === 0;
  }

  /** Why a name of a file is an unknown class, seen from there; empty = it is none. */
  reasons(file: TypeFile, ref: string, found: ResolvedType | null): readonly string[] {
    if (this.isNone || found?.isOwn) return [];
    const { format } = file.contract;
    if (format === "protobuf") return found === null && !isBuiltIn(ref) ? this.imports(file) : [];
    if (format !== "graphql" && format !== "avro") return [];
    const isUnknown =
      this.wanted.has(wantedKey({ format, name: lastPart(ref), from: null })) || this.unread.some((each) => mayDefine(each, ref));
    return isUnknown ? [ref] : [];
  }

  private imports(file: TypeFile): readonly string[] {
    const isLost = (path: string) =>
      this.wanted.has(wantedKey({ format: "protobuf", name: path, from: file.path })) ||
      this.unread.some((each) => importPaths(file.path, path).includes(each.path));
    return importsOf(file.contract).filter(isLost);
  }
}
