import { expect, it } from "vitest";
import { readContract } from "../../../../src/engine/contract/read.ts";
import { diffOf, fileOf, rules } from "../support.ts";

function fieldsOf(text: string, path = "contracts/x.yaml") {
  const reading = readContract(fileOf(path, text), rules);
  if (reading.status !== "contract") return reading.status;
  return reading.contract.objects.flatMap(({ fields }) =>
    fields.map(({ path: at, pos, tags }) => `${at.join(".")}:${pos.line} ${tags.map(({ key }) => key).join()}`),
  );
}

it.each<[string, string, unknown]>([
  ["a mapping of parts", "contact:\n  email: {pii: true}\n  city: {}\n", ["contact.email:2 pii"]],
  ["a list, by name or place", "- {name: a, classification: restricted}\n- {tags: [gdpr]}\n", ["a:1 restricted", "[1]:2 gdpr"]],
  ["two items of one name", "x:\n  - {name: a, pii: true}\n  - {name: a, pii: true}\n", ["x.a:2 pii", "x.a (2):3 pii"]],
  ["the file itself", "pii: true\nother: 1\n", ["(file):1 pii"]],
  ["only unknown words: nobody knows what they mean here", "jobs: {a: {category: shoes, classification: blue, level: 3}}\n", "ignored"],
  ["explicitly nothing", "labels: {a: {pii: false, classification: public}}\n", "ignored"],
])("%s", (_, text, expected) => expect(fieldsOf(text)).toEqual(expected));

it("outside the governed paths it is no contract that somebody forgot", () => {
  const diff = diffOf({}, {}, { "config/labels.yaml": "labels: {a: {pii: true}}\n" });
  expect(diff.warnings).toEqual([]);
});
