import type { Guard } from "./guard.ts";

/** Its cases are the fixtures. */
const EVASIONS = { test: "test/engine/contract/evasions.test.ts", named: "evasions that must not work" };

/** What leads to data beside its own fields: ids, places in storage, kinds, operations, roots. */
export const USES: readonly Guard[] = [
  {
    threat: "T33",
    file: "src/engine/contract/readers/schema/fields.ts",
    guard: "for (const { segment, node, pos } of kindsOf(document, part)) add(segment, node, pos, part);",
    without: "",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/schema/fields.ts",
    guard: "if (kindsOf(document, part).length > 0) return true;",
    without: "",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/asyncapi/operations.ts",
    guard: "    ...channel,\n",
    without: "",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/asyncapi/operations.ts",
    guard: 'messages?.kind === "seq" ? messages.items : [];',
    without: "[];",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/asyncapi/operations.ts",
    guard: "...replyOf(document, title, map, pos, at)]",
    without: "]",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/asyncapi/messages.ts",
    guard: 'physicalName: textAt(map, "address")',
    without: "physicalName: null",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/graphql.ts",
    guard: ", ...rootsOf(definitions, reading.uses)]",
    without: "]",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/engine/contract/readers/graphql/roots.ts",
    guard: "if (node !== undefined && !roots.has(name)) roots.set(",
    without: "if (node === undefined) roots.set(",
    ...EVASIONS,
  },
  {
    threat: "T32",
    file: "src/engine/contract/readers/graphql.ts",
    guard: 'if (each.keyword === "schema") return importedDefinitions(each, vocabulary);',
    without: "",
    ...EVASIONS,
  },
  {
    threat: "T32",
    file: "src/engine/contract/diff/definition-changes.ts",
    guard: "const isClear = here.every(isKnown);",
    without: "const isClear = true;",
    ...EVASIONS,
  },
  {
    threat: "T33",
    file: "src/gate/read-lineage.ts",
    guard: "copies.length === 0 ? compared :",
    without: "copies.length >= 0 ? compared :",
    test: "test/gate/copies.test.ts",
    named: "held against it",
  },
  {
    threat: "T33",
    file: "src/engine/contract/lineage/copies.ts",
    guard: "keys.filter((key) => !tags.some((tag) => isAtLeast(tag, key)));",
    without: "keys.slice(0, tags.length);",
    test: "test/engine/contract/lineage/copies.test.ts",
    named: "under the id of another one that stays",
  },
  {
    threat: "T33",
    file: "src/gate/local-lineage.ts",
    guard: "    ...newIds(changed),\n",
    without: "",
    test: "test/gate/copies.test.ts",
    named: "held against it",
  },
];
