import type { Contract, Tag, TagDefinition } from "../model.ts";
import { type Change, change, contractPlace, type Place } from "./change.ts";
import type { Matched } from "./match.ts";

/** What carries tags is defined by somebody: a directive, an option, a category. One that is gone or says something else takes its tags along. */
export function definitionChanges(contracts: Matched<Contract>): readonly Change[] {
  const everyBefore = byName([...contracts.pairs.map(({ before }) => before), ...contracts.removed]);
  const everyAfter = byName([...contracts.pairs.map(({ after }) => after), ...contracts.added]);
  const changed = contracts.pairs.flatMap(({ before, after }) =>
    before.definitions.flatMap((definition): readonly Change[] => {
      const here = after.definitions.filter(({ name }) => name === definition.name);
      const now = here.length > 0 ? here : (everyAfter.get(nameOf(after, definition)) ?? []);
      const isKnown = ({ name, key, says }: TagDefinition) =>
        before.definitions.some((was) => was.name === name && was.key === key && was.says === says);
      // A second meaning beside the first: nobody can say which of them holds.
      const isClear = here.every(isKnown);
      if (isClear && now.some(({ key, says }) => key === definition.key && says === definition.says)) return [];
      const other = here.find((each) => !isKnown(each)) ?? now[0] ?? null;
      const place = placeOf(before, after, definition, other);
      return [change("tag.vocabulary_changed", place, definition.says, other?.says ?? null, `\`${definition.name}\``, true)];
    }),
  );
  const heads = new Set([...contracts.pairs.map(({ after }) => after), ...contracts.added]);
  const added = [...heads].flatMap((contract) =>
    contract.definitions
      .filter((definition) => !everyBefore.has(nameOf(contract, definition)))
      .map((definition) =>
        change("tag.vocabulary_added", placeOf(null, contract, null, definition), null, definition.says, `\`${definition.name}\``, true),
      ),
  );
  return [...changed, ...added];
}

function byName(contracts: readonly Contract[]): ReadonlyMap<string, readonly TagDefinition[]> {
  const all = [...new Set(contracts)].flatMap((contract) =>
    contract.definitions.map((definition) => [nameOf(contract, definition), definition] as const),
  );
  return new Map([...Map.groupBy(all, ([name]) => name)].map(([name, found]) => [name, found.map(([, definition]) => definition)]));
}

function nameOf(contract: Contract, { name }: TagDefinition): string {
  return `${contract.format} ${name}`;
}

/** The tag that is defined is at stake wherever it is used, also outside this file. */
function placeOf(before: Contract | null, after: Contract, was: TagDefinition | null, is: TagDefinition | null): Place {
  const place = contractPlace(before, after, is?.pos);
  return { ...place, tagsBefore: [...place.tagsBefore, ...tagOf(was)], tagsAfter: [...place.tagsAfter, ...tagOf(is)] };
}

function tagOf(definition: TagDefinition | null): readonly Tag[] {
  if (definition === null) return [];
  const { key, name, pos } = definition;
  return [
    {
      key,
      value: "true",
      raw: name,
      carrier: "definition",
      scope: "definition",
      pos,
      via: [],
      opaque: false,
      known: true,
      classifies: true,
    },
  ];
}
