import { expect, it } from "vitest";
import { diffOf } from "../../support.ts";

/** Fields of each object of one model. */
function built(versions: string): Readonly<Record<string, readonly string[]>> {
  const model = `models:\n  - name: m\n    columns: [{name: a, tags: [pii]}, {name: b}]\n${versions}`;
  const [contract] = diffOf({}, { "m.yml": model }).contracts;
  return Object.fromEntries(contract!.objects.map(({ name, fields }) => [name, fields.map(({ path, tags }) => [path, ...tags].join(" "))]));
}

it.each<[string, string, Readonly<Record<string, readonly string[]>>]>([
  ["no versions", "", { m: ["a pii", "b"] }],
  ["a bare version", "    versions: [{v: 1}]\n", { m: ["a pii", "b"], "m.v1": ["a pii", "b"] }],
  [
    "what is listed, and what is not",
    "    versions: [{v: 1, columns: [{include: [b]}]}, {v: 2, columns: [{include: '*', exclude: [b]}, {name: c}]}]\n",
    { m: ["a pii", "c"], "m.v1": ["b"], "m.v2": ["a pii", "c"] },
  ],
  [
    "a column of its own in place of the model's",
    "    versions: [{v: 9, columns: [{name: a}]}, {v: 10}]\n",
    { m: ["a pii", "b"], "m.v10": ["a pii", "b"], "m.v9": ["a", "b"] },
  ],
  [
    "a latest version that is named",
    "    latest_version: old\n    versions: [{v: old, columns: [{name: a}]}, {v: young}]\n",
    { m: ["a", "b"], "m.vold": ["a", "b"], "m.vyoung": ["a pii", "b"] },
  ],
  [
    "a latest version that is not there",
    "    latest_version: 3\n    versions: [{v: 1, columns: [{name: a}]}]\n",
    { m: ["a pii", "b"], "m.v1": ["a", "b"] },
  ],
])("a dbt model with %s", (_, versions, expected) => expect(built(versions)).toEqual(expected));
