import type { GovernedFile } from "../finding.ts";
import type { Contract, ContractFile } from "../model.ts";
import { type CHANGE_MAX, ChangeBudget } from "../readers/budget.ts";
import type { SchemaVersions } from "../readers/graphql/versions.ts";
import { TOO_MANY } from "../readers/schema/inside.ts";
import { References } from "../references.ts";
import type { ReadingRules } from "../rules.ts";
import type { WantedType } from "../type-places.ts";
import { withTypesInside } from "./inside-types.ts";
import { renamedFiles } from "./renamed-files.ts";
import { MAYBE_CONTRACT, readSide, type Side } from "./side.ts";
import { mayTurn } from "./turned-types.ts";
import { TypePool } from "./type-pool.ts";
import { UnknownTypes } from "./unknown-types.ts";

export interface ChangedPath {
  readonly path: string;
  readonly before: Side;
  readonly after: Side;
}

export interface SidesInput {
  readonly base: readonly ContractFile[];
  readonly head: readonly ContractFile[];
  readonly files: readonly GovernedFile[];
  /** Unchanged files that changed ones refer to, as they stand on each side. */
  readonly referenced: {
    readonly base: readonly ContractFile[];
    readonly head: readonly ContractFile[];
    /** Unchanged files that may define types which changed ones name: the same on both sides. */
    readonly types?: readonly ContractFile[];
    /** Types that could not be looked for. */
    readonly unknownTypes?: readonly WantedType[];
  };
  readonly rules: ReadingRules;
  /** What the files of one side may hold together; absent = CHANGE_MAX. */
  readonly changeMax?: Readonly<Record<keyof typeof CHANGE_MAX, number>>;
}

export interface ReadSides {
  readonly paths: readonly ChangedPath[];
  /** Where a contract of the base stood: it is read under its new name where that is all that is new. */
  readonly stoodAt: (contract: Contract) => string;
  /** The types that each side knows of. */
  readonly types: { readonly base: TypePool; readonly head: TypePool };
}

/** Told each path before it is read, and null when all are. */
export type Watch = (path: string | null) => void;

/** Reads both sides of every changed path, in path order. A file that was announced and not handed in is unreadable, never absent. */
export function readSides(input: SidesInput, watch: Watch): ReadSides {
  const base = new Map(input.base.map((file) => [file.path, file]));
  const head = new Map(input.head.map((file) => [file.path, file]));
  for (const file of input.files) {
    if (file.baseBlob !== null && !base.has(file.path)) base.set(file.path, missing(file.path, file.baseMode, file.baseBlob));
    if (file.headBlob !== null && !head.has(file.path)) head.set(file.path, missing(file.path, file.headMode, file.headBlob));
  }
  const { rules, referenced } = input;
  const references = {
    base: new References([...referenced.base, ...input.base]),
    head: new References([...referenced.head, ...input.head]),
  };
  const moved = renamedFiles(base, head, (file) => readSide(file, rules, references.base));
  for (const [to, file] of moved) {
    base.delete(file.path);
    base.set(to, { ...file, path: to });
  }
  const budgets = { base: new ChangeBudget(input.changeMax), head: new ChangeBudget(input.changeMax) };
  const versions: SchemaVersions = new Map();
  const read = [...new Set([...base.keys(), ...head.keys()])].sort().map((path) => {
    watch(path);
    return {
      path,
      before: readWithin(budgets.base, base.get(path), rules, references.base, versions),
      after: readWithin(budgets.head, head.get(path), rules, references.head, versions),
    };
  });
  const others = readTypeFiles(input, new Set(read.map(({ path }) => path)), references.head, watch);
  watch(null);
  const unknown = new UnknownTypes(referenced.unknownTypes ?? [], others.unread);
  const compared = read.map(({ before, after }) => ({ before: contractOf(before), after: contractOf(after) }));
  const isTold = others.contracts.length > 0 || !unknown.isNone || moved.size > 0 || mayTurn(compared);
  const placeOf = { base: ({ file }: Contract) => moved.get(file)?.path ?? file, head: ({ file }: Contract) => file };
  const tell = (side: "base" | "head", contracts: readonly Contract[]) => {
    const pool = new TypePool([...contracts, ...others.contracts].map((contract) => ({ path: placeOf[side](contract), contract })));
    return { pool, told: isTold ? withTypesInside(contracts, pool, unknown, side) : NOTHING_TOLD };
  };
  const was = tell(
    "base",
    compared.flatMap(({ before }) => before ?? []),
  );
  const is = tell(
    "head",
    compared.flatMap(({ after }) => after ?? []),
  );
  return {
    paths: read.map((each) => ({ ...each, before: toldSide(each.before, was.told), after: toldSide(each.after, is.told) })),
    stoodAt: placeOf.base,
    types: { base: was.pool, head: is.pool },
  };
}

const NOTHING_TOLD: ReadonlyMap<Contract, Contract | null> = new Map();

function contractOf(side: Side): Contract | null {
  return side.status === "contract" ? side.contract : null;
}

/** Unchanged files that define types. What cannot be read of them, also over the caps of a change, is unknown. */
function readTypeFiles(
  { referenced, rules, changeMax }: SidesInput,
  changed: ReadonlySet<string>,
  references: References,
  watch: Watch,
): { readonly contracts: readonly Contract[]; readonly unread: readonly ContractFile[] } {
  const budget = new ChangeBudget(changeMax);
  const contracts: Contract[] = [];
  const unread: ContractFile[] = [];
  for (const file of (referenced.types ?? []).toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (changed.has(file.path)) continue;
    watch(file.path);
    const side = readWithin(budget, file, rules, references, new Map());
    if (side.status === "contract") contracts.push(side.contract);
    else if (side.status !== "ignored") unread.push(file);
  }
  return { contracts, unread };
}

function toldSide(side: Side, told: ReadonlyMap<Contract, Contract | null>): Side {
  if (side.status !== "contract") return side;
  const contract = told.get(side.contract);
  if (contract !== null) return contract === undefined ? side : { ...side, contract };
  const problem = { code: "E001", message: TOO_MANY, file: side.contract.file, line: null, severity: "error" } as const;
  return { status: "unparseable", problem, suspect: true };
}

/** As readSide, as long as the files of this side together stay within the budget. */
function readWithin(
  budget: ChangeBudget,
  file: ContractFile | undefined,
  rules: ReadingRules,
  references: References,
  versions: SchemaVersions,
): Side {
  const size = file?.bytes?.length ?? 0;
  const mayHold = file !== undefined && MAYBE_CONTRACT.test(file.path);
  if (mayHold) budget.bytes(size);
  const refused = mayHold ? budget.exhausted : null;
  const side = refused === null ? readSide(file, rules, references, versions) : null;
  if (side?.status === "contract") budget.contract(side.contract);
  const because = refused ?? (side?.status === "contract" ? budget.exhausted : null);
  if (because === null || file === undefined) return side ?? { status: "absent" };
  const problem = { code: "E001", message: because, file: file.path, line: null, severity: "error", hint: "split the change" } as const;
  return { status: "unparseable", problem, suspect: true };
}

function missing(path: string, mode: string | null, blob: string): ContractFile {
  return { path, mode: mode ?? "100644", blob, bytes: null, unreadable: "the content was not read" };
}
