import type { Problem } from "../problem.ts";
import { compileContract } from "./compile.ts";
import { capChanges } from "./diff/caps.ts";
import {
  type Change,
  change,
  contractPlace,
  fieldId,
  type OwnedField,
  type OwnedObject,
  objectPlace,
  ownedObjects,
  taggedFields,
} from "./diff/change.ts";
import { claimedNames } from "./diff/claimed-names.ts";
import { claimedObjects } from "./diff/claimed-objects.ts";
import { changedTerms } from "./diff/contract-changes.ts";
import { definitionChanges } from "./diff/definition-changes.ts";
import { addedField, changedField, removedField } from "./diff/field-changes.ts";
import { fileChanges, goneContract } from "./diff/file-changes.ts";
import { renameCandidates } from "./diff/likeness.ts";
import { type Matched, matchContracts, matchFields, matchObjects } from "./diff/match.ts";
import { changedContractTags, changedObject, formsOf, removedObjectTags } from "./diff/scope-changes.ts";
import { readSide } from "./diff/side.ts";
import { type ChangedPath, readSides, type SidesInput, type Watch } from "./diff/sides.ts";
import type { Ordered } from "./diff/tag-changes.ts";
import { toFindings } from "./diff/to-findings.ts";
import { wantedTypes } from "./diff/wanted-types.ts";
import type { Comparison, TagLoss } from "./finding.ts";
import { FINDING_CODES } from "./finding-codes.ts";
import { illegalMove } from "./lifecycle.ts";
import { summarise } from "./lineage/summary.ts";
import type { Contract, ContractFile } from "./model.ts";
import { newOfficialWarnings } from "./official/new-warnings.ts";
import type { OfficialSchemas } from "./official/schemas.ts";
import { isUnrecognised } from "./readers/unrecognised.ts";
import { NO_REFERENCES } from "./references.ts";

export interface DiffInput extends SidesInput {
  /** Changed files outside the governed paths, at the head: a contract may have gone there. */
  readonly outside: readonly ContractFile[];
  /** Of an inventory: it tells what contracts say beside their compiled form. */
  readonly withParts?: boolean;
}

/**
 * Compares the whole set of changed contract files at the base with the set at the head: first the structure, then the rule table.
 * Total and deterministic; the order of the inputs does not matter.
 * @param watch is told what is being read, so that a file that never ends can be named.
 * @param schemas null = contracts are not compared with official schemas.
 */
export function diffContracts(input: DiffInput, watch: Watch = () => {}, schemas: OfficialSchemas | null = null): Comparison {
  const { paths, types, stoodAt } = readSides(input, watch);
  const files = fileChanges(paths);
  const contracts = matchContracts(files.before, files.after);
  const outside = outsideContracts(input);
  const objects = matchObjects(contracts);
  const fields = matchFields(objects);
  const matched = { contracts, objects, fields };
  const changes = [
    ...files.changes,
    ...contractSetChanges(matched, files.told, paths, outside, input.rules.vocabulary),
    ...movedContracts(contracts, objects, stoodAt),
  ];
  const heads = paths.flatMap((path) => (path.after.status === "contract" ? [path.after.contract] : []));
  const capped = capChanges([...changes, ...unbumpedVersions(contracts, changes)], files.before);
  return {
    findings: toFindings(capped.changes),
    files: input.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    losses: lossesOf(files.before, contracts, changes),
    unparseable: [
      ...files.unparseable,
      ...capped.unparseable,
      ...contracts.pairs.flatMap(({ before, after }) => illegalMove(before, after) ?? []),
    ],
    warnings: [
      ...heads.flatMap((contract) => contract.problems),
      ...(schemas === null ? [] : newOfficialWarnings(input, { base: files.before, head: heads }, schemas)),
      ...outside.filter((contract) => !isUnrecognised(contract)).map(outsideWarning),
    ],
    environments: [
      ...new Set([...files.before, ...heads].flatMap((each) => each.servers.flatMap((server) => server.environment ?? []))),
    ].sort(),
    contracts: heads.map(compileContract),
    lineage: { base: files.before.map(summarise), head: heads.map(summarise) },
    wantedTypes: wantedTypes(fields, types.base, types.head),
  };
}

interface MatchedSet {
  readonly contracts: Matched<Contract>;
  readonly objects: Matched<OwnedObject>;
  readonly fields: Matched<OwnedField>;
}

function contractSetChanges(
  { contracts, objects, fields }: MatchedSet,
  told: ReadonlySet<Contract>,
  paths: readonly ChangedPath[],
  outside: readonly Contract[],
  ordered: Ordered,
): readonly Change[] {
  const forms = formsOf(objects, fields);
  const paired = new Set(fields.pairs.map((pair) => pair.before.object));
  const placed = new Set(objects.pairs.map((pair) => pair.before.object));
  const gone = contracts.removed.filter((contract) => !told.has(contract) && !hasMoved(contract, placed));
  const basesOf = basesByObject(objects);
  const candidateOf = renameCandidates(fields.added);
  const silent = new Set<Contract>([...gone, ...told]);
  const remains = new Set(paths.flatMap((path) => (path.after.status === "absent" ? [] : [path.path])));
  return [
    ...contracts.pairs.flatMap(({ before, after }) => [
      ...changedContractTags(before, after, forms, ordered),
      ...changedTerms(before, after),
    ]),
    ...objects.pairs.flatMap((pair) => changedObject(pair, forms, ordered)),
    ...fields.pairs.flatMap((pair) => changedField(pair, ordered)),
    ...claimedNames(objects, fields),
    ...claimedObjects(contracts, objects),
    ...gone.map((contract) => {
      const left = ownedObjects(contract).filter(({ object }) => !paired.has(object));
      return goneContract(contract, left, remains.has(contract.file), whereabouts(contract, outside));
    }),
    ...fields.removed.filter(({ contract }) => !silent.has(contract)).map((field) => removedField(field, candidateOf(field))),
    ...objects.removed.filter(({ contract }) => !silent.has(contract)).flatMap(removedObjectTags),
    ...fields.added.flatMap((field) => addedField(field, basesOf.get(field.object) ?? [])),
    ...newScopes(contracts, objects),
    ...definitionChanges(contracts),
  ];
}

function basesByObject(objects: Matched<OwnedObject>): ReadonlyMap<OwnedObject["object"], readonly OwnedObject[]> {
  const bases = new Map<OwnedObject["object"], OwnedObject[]>();
  for (const { before, after } of objects.pairs) {
    const known = bases.get(after.object);
    if (known === undefined) bases.set(after.object, [before]);
    else known.push(before);
  }
  return bases;
}

/** New contracts, new objects and their tags, told once for the scope. What only came from another file is not new. */
function newScopes(contracts: Matched<Contract>, objects: Matched<OwnedObject>): readonly Change[] {
  const moved = new Set(objects.pairs.map((pair) => pair.after.object));
  const fresh = contracts.added.filter((each) => each.objects.length === 0 || each.objects.some((object) => !moved.has(object)));
  const ofContracts = contracts.added.flatMap((contract) =>
    contract.tags.map((tag) => change("tag.added", contractPlace(null, contract, tag.pos), null, tag.key)),
  );
  const ofObjects = objects.added.flatMap(({ contract, object }) =>
    object.tags.map((tag) =>
      change(
        "tag.added",
        { ...contractPlace(null, contract, tag.pos), object: object.name, tagsAfter: [...object.tags, ...contract.tags] },
        null,
        tag.key,
      ),
    ),
  );
  const empty = objects.added
    .filter(({ object }) => object.fields.length === 0)
    .map((each) => change("object.added", objectPlace(null, each), null, each.object.name));
  return [
    ...fresh.map((each) => change("contract.added", contractPlace(null, each), null, each.key)),
    ...ofContracts,
    ...empty,
    ...ofObjects,
  ];
}

/** Wherever something governed came from: who watches the one place or the other is asked. */
function movedContracts(contracts: Matched<Contract>, objects: Matched<OwnedObject>, stoodAt: (contract: Contract) => string) {
  const pairs = [...contracts.pairs, ...objects.pairs.map(({ before, after }) => ({ before: before.contract, after: after.contract }))];
  const moved = pairs.filter(({ before, after }) => stoodAt(before) !== after.file);
  const once = new Map(moved.map((pair) => [JSON.stringify([stoodAt(pair.before), pair.after.file]), pair]));
  return [...once.values()].map(({ before, after }): Change => {
    const place = { ...contractPlace(before, after), tagsBefore: [], tagsAfter: [] };
    // A path is held against globs: whole, however long.
    return { ...change("contract.moved", place, null, null), before: stoodAt(before), after: after.file };
  });
}

/** A contract without an id is its objects: when all of them stand in other governed files, nothing was deleted. */
function hasMoved(contract: Contract, paired: ReadonlySet<Contract["objects"][number]>): boolean {
  return contract.key === contract.file && contract.objects.length > 0 && contract.objects.every((object) => paired.has(object));
}

function outsideContracts({ outside, rules }: DiffInput): readonly Contract[] {
  return outside
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map((file) => readSide(file, rules, NO_REFERENCES))
    .flatMap((side) => (side.status === "contract" ? [side.contract] : []));
}

function whereabouts(contract: Contract, outside: readonly Contract[]): string | null {
  const same =
    outside.find((each) => each.key === contract.key) ??
    outside.find((each) => each.objects.some(({ name }) => contract.objects.some((object) => object.name === name)));
  return same?.file ?? null;
}

/** A contract where no pattern of the configuration takes it: its changes ask nobody. */
export function outsideWarning(contract: Contract): Problem {
  return {
    code: "E003",
    message: "reads as a data contract, but stands outside the governed paths: nobody is asked when it changes",
    file: contract.file,
    line: contract.pos.line,
    severity: "warning",
    hint: "add its path to `contracts.include`, or to `contracts.exclude` to leave it out on purpose",
  };
}

function unbumpedVersions(contracts: Matched<Contract>, changes: readonly Change[]): readonly Change[] {
  const broken = new Set(
    changes.filter((each) => each.breaks === true || FINDING_CODES[each.code].breaking).map((each) => each.place.contract),
  );
  return contracts.pairs
    .filter(({ before, after }) => broken.has(after.file) && after.version !== null && before.version === after.version)
    .map(({ before, after }) => change("version.not_bumped_on_break", contractPlace(before, after), before.version, after.version));
}

/** Of every base contract: how many fields were tagged, and how many of them lost a tag or are gone. */
function lossesOf(before: readonly Contract[], contracts: Matched<Contract>, changes: readonly Change[]): readonly TagLoss[] {
  const lost = new Set<string>();
  for (const each of changes) for (const id of each.lost) lost.add(id);
  const labels = new Map(contracts.pairs.toReversed().map((pair) => [pair.before, pair.after.file]));
  return before.flatMap((contract) => {
    const tagged = taggedFields(contract);
    if (tagged.length === 0) return [];
    const label = labels.get(contract) ?? contract.file;
    const gone = lost.size === 0 ? 0 : tagged.filter((field) => lost.has(fieldId(field))).length;
    return [{ contract: label, taggedAtBase: tagged.length, lost: gone }];
  });
}
