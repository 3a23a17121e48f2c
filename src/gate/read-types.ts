import { isGoverned } from "../engine/contract/governed.ts";
import type { ContractFile } from "../engine/contract/model.ts";
import { importPaths, mayDefine, NAMED_ANYWHERE, type WantedType, wantedKey } from "../engine/contract/type-places.ts";
import type { Config } from "../engine/policy/model.ts";
import type { NamedAnywhere, Repository, TypeFinder } from "./ports.ts";
import { READS_AT_ONCE, REFERENCED_FILES_MAX, readEntry } from "./read-references.ts";

/** Comparisons of one change: each may lead on to types of further files. */
export const TYPE_ROUNDS_MAX = 8;
/** Names and imports that are looked for in one change. */
const WANTED_MAX = 2_000;

export interface TypeReadingDeps {
  readonly repository: Repository;
  readonly types: TypeFinder;
  readonly contracts: Config["contracts"];
  /** Where unchanged files are read: they are the same on both sides. */
  readonly commit: string;
  /** Files of the change itself, which take part in the comparison anyway. */
  readonly changed: ReadonlySet<string>;
}

/** The unchanged files that define types which a change names, as far as they were asked for. */
export class TypeReading {
  readonly files: ContractFile[] = [];
  readonly unknown: WantedType[] = [];
  private readonly deps: TypeReadingDeps;
  private readonly asked = new Set<string>();
  private readonly seen = new Set<string>();
  /** Read, and not asked for so far. */
  private spare: readonly ContractFile[] = [];

  constructor(deps: TypeReadingDeps) {
    this.deps = deps;
  }

  /** Those that were never asked for. */
  open(wanted: readonly WantedType[]): readonly WantedType[] {
    return wanted.filter((each) => !this.asked.has(wantedKey(each)));
  }

  async read(wanted: readonly WantedType[]): Promise<void> {
    const open = wanted.slice(0, Math.max(0, WANTED_MAX - this.asked.size));
    this.giveUp(wanted.slice(open.length));
    for (const each of open) this.asked.add(wantedKey(each));
    for (const format of Object.keys(NAMED_ANYWHERE) as NamedAnywhere[]) await this.named(open.filter((each) => each.format === format));
    for (const each of open) if (each.from !== null) await this.imported(each, each.from);
  }

  /** They could not be looked for any more. */
  giveUp(open: readonly WantedType[]): void {
    for (const each of open) this.asked.add(wantedKey(each));
    this.unknown.push(...open);
  }

  private async named(wanted: readonly WantedType[]): Promise<void> {
    const [first] = wanted;
    if (first === undefined || first.format === "protobuf") return;
    const names = wanted.map(({ name }) => name);
    const { paths, unknown } = await this.deps.types.filesDefining(this.deps.commit, first.format, names);
    const refused = await this.readAll(paths);
    this.takeSpare((file) => names.some((name) => mayDefine(file, name)));
    const lost = new Set(refused ? names : unknown);
    this.unknown.push(...wanted.filter(({ name }) => lost.has(name)));
  }

  /** An import that leads to no governed file is not followed. */
  private async imported(wanted: WantedType, from: string): Promise<void> {
    const paths = importPaths(from, wanted.name);
    const refused = await this.readAll(paths);
    this.takeSpare(({ path }) => paths.includes(path));
    const isFollowed = paths.some((path) => this.deps.changed.has(path)) || this.files.some(({ path }) => paths.includes(path));
    if (refused || (paths.length > 0 && !isFollowed)) this.unknown.push(wanted);
  }

  /** True = some of them were not read, because there are too many. */
  private async readAll(paths: readonly string[]): Promise<boolean> {
    const { repository, contracts, commit, changed } = this.deps;
    const fresh = paths.filter((path) => !this.seen.has(path) && !changed.has(path) && isGoverned(path, contracts));
    for (let start = 0; start < fresh.length; start += READS_AT_ONCE) {
      if (this.files.length + this.spare.length >= REFERENCED_FILES_MAX) return true;
      const some = fresh.slice(start, start + READS_AT_ONCE);
      for (const path of some) this.seen.add(path);
      const read = (await Promise.all(some.map((path) => readEntry(repository, commit, path, contracts.maxFileBytes)))).flat();
      this.spare = [...this.spare, ...read];
    }
    return false;
  }

  private takeSpare(isWanted: (file: ContractFile) => boolean): void {
    this.files.push(...this.spare.filter(isWanted));
    this.spare = this.spare.filter((file) => !isWanted(file));
  }
}
