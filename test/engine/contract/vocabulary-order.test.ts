import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import { compareClass, compileVocabulary, impliedClasses, readWord, tagKey } from "../../../src/engine/contract/vocabulary.ts";
import { levelled } from "../../../src/engine/policy/classification.ts";
import { parsePolicySet } from "../../../src/engine/policy/parse.ts";
import { wordsTouched } from "../../../src/engine/policy/tags.ts";
import { builtInWeight } from "../../../src/engine/policy/weights.ts";
import { policy, source } from "../policy/build.ts";
import { brief, diffOf, inputOf, vocabulary } from "./support.ts";

const own = compileVocabulary({
  synonyms: { geheim: "acme-secret" },
  keywords: [],
  order: ["acme-internal < acme-secret", "confidential < acme-secret", "pii < acme-person < category:user.health"],
  categories: { "acme.customer": "user.contact", "acme.customer.vip": "acme.customer", "acme.machine": "system" },
});

describe("the built-in order of categories", () => {
  it.each([
    ["category:user", "category:user.contact.email", -1],
    ["category:user.contact.email", "category:user.contact.phone_number", null],
    ["pii", "category:user.contact.email", -1],
    ["gdpr-article-9", "category:user.health_and_medical.genetic", -1],
    ["phi", "category:user.health.medications", -1],
    ["gdpr-article-9", "category:user.biometric.voice", -1],
    ["gdpr-article-9", "category:user.genetic", -1],
    ["gdpr-article-9", "category:user.contact", null],
    ["category:system.operations", "category:user.name", -1],
    ["public", "category:system.operations", -1],
    ["pii", "category:system.operations", null],
    ["category:user.contact", "category:user.contact.no_such_category", null],
  ] as const)("%s to %s: %s", (a, b, order) => {
    expect(compareClass(vocabulary, a, b)).toBe(order);
    expect(compareClass(vocabulary, b, a)).toBe(order === null ? null : -order);
  });

  it.each([
    ["pii", "category:user.contact.email", true],
    ["pii", "category:user.no_such_category", true],
    ["gdpr-article-9", "category:user.biometrics.voice", true],
    ["category:user.contact", "category:user.contact.email", true],
    ["pii", "category:system.operations", false],
    ["category:system", "category:user.contact", false],
    ["public", "category:user.contact", false],
    ["pii", "phi", false],
  ])("a policy on %s and a field of %s: %s", (word, key, touched) => {
    const [finding] = diffOf({ "a.yaml": text("pii") }, { "a.yaml": text("x") }).findings;
    expect(wordsTouched([word], { ...finding!, tagsBefore: [key], tagsAfter: [], unknownClasses: [] }, vocabulary).length > 0).toBe(
      touched,
    );
  });

  it.each([
    ["category:user", 400],
    ["category:user.no_such_category", 400],
    ["category:user.health", 500],
    ["category:user.financial.credit_card", 500],
    ["category:system.operations", 0],
    ["category:system.authentication", 300],
    ["category:acme.unheard", 300],
  ])("%s weighs %d", (key, weight) => expect(builtInWeight(key, vocabulary)).toBe(weight));
});

describe("a configured order", () => {
  it.each([
    ["acme-internal", "acme-secret", -1],
    ["internal", "acme-secret", -1],
    ["acme-secret", "restricted", null],
    ["pii", "acme-person", -1],
    ["acme-person", "category:user.health.medications", -1],
    ["category:user.contact", "category:acme.customer.vip", -1],
    ["category:acme.customer", "category:acme.customer.vip", -1],
    ["pii", "category:acme.customer", -1],
  ] as const)("%s to %s: %s", (a, b, order) => {
    expect(compareClass(own, a, b)).toBe(order);
    expect(compareClass(own, b, a)).toBe(order === null ? null : -order);
  });

  it("own words are known, and weigh and trigger as what they are at least", () => {
    expect(readWord(own, "geheim", true)).toMatchObject({ key: "acme-secret", known: true });
    expect(tagKey(own, "acme.customer")).toBe("category:acme.customer");
    expect(readWord(own, "category:acme.unheard", true)).toMatchObject({ known: false, classifies: true });
    expect([...impliedClasses(own, "category:acme.customer.vip")]).toContain("pii");
    expect(builtInWeight("acme-person", own)).toBe(400);
    expect(builtInWeight("acme-secret", own)).toBe(300);
  });

  it("a configured class has the level that it is at least", () => {
    const levels = (keys: readonly string[]) => levelled(keys, (key) => impliedClasses(own, key));
    expect(levels(["acme-secret", "acme-internal", "pii"])).toEqual(["confidential", "acme-internal", "pii"]);
  });

  it.each([
    ["acme-secret", "acme-internal", "block tag.weakened t.f"],
    ["acme-internal", "acme-secret", "warn tag.changed t.f"],
    ["acme-secret", "acme-person", "block tag.weakened t.f"],
  ])("%s replaced by %s: %s", (before, after, expected) => {
    const input = { ...inputOf({ "a.yaml": text(before) }, { "a.yaml": text(after) }), rules: { vocabulary: own, mappings: [] } };
    expect(diffContracts(input).findings.map(brief)).toEqual([expected]);
  });
});

function text(word: string): string {
  return `kind: DataContract\napiVersion: v3.1.0\nid: c\nschema: [{name: t, properties: [{name: f, classification: ${word}}]}]\n`;
}

describe("an order that does not hold", () => {
  it.each([
    ["order: [a < b, b < a]", "`b < a`: `a` is weaker than `b` already"],
    ["order: [a < b < c, c < a]", "`c < a`: `a` is weaker than `c` already"],
    ["order: [restricted < internal]", "`restricted < internal`: `internal` is weaker than `restricted` already"],
    [
      "order: [highly confidential < confidential]",
      "`highly confidential < confidential`: `confidential` is weaker than `restricted` already",
    ],
    ["order: [pii < internal]", "`pii < internal`: it would put the built-in `internal` above the built-in `pii`"],
    ["order: [pii < x, x < internal]", "`x < internal`: it would put the built-in `internal` above the built-in `pii`"],
    ["order: [x < public]", "`x < public`: nothing is weaker than `public`"],
    ["order: [x < system.operations]", "`x < system.operations`: nothing is weaker than `category:system.operations`"],
    ["order: [a < a]", "`a < a`: `a` cannot be weaker than itself"],
    ["order: [a]", "cannot read the order `a`: write `weaker < stronger`"],
    ["order: [a < ]", "cannot read the order `a <`: write `weaker < stronger`"],
    ["categories: {acme.x: acme.y, acme.y: acme.x}", "`acme.y: acme.x`: `category:acme.y` is weaker than `category:acme.x` already"],
    ["categories: {acme.x: nobody.knows}", "`acme.x`: nobody declares its parent `nobody.knows`"],
    ["categories: {'not a key': user}", "the category `not a key` must be words joined by dots"],
  ])("%s", (line, message) => {
    const reading = policy(null, `# one\nvocabulary:\n  ${line}\n`);
    expect(reading.status).toBe("invalid");
    expect(reading.problems.map((each) => [each.message, each.file, each.line])).toContainEqual([message, ".choochoorc", 3]);
  });

  it.each([
    ["a repository orders its own words", "order: [mine < ours, mine < restricted]", []],
    ["a repository repeats the order", "order: [org-low < org-high]", []],
    [
      "a repository climbs above a built-in class",
      "order: [pii < mine]",
      ["`vocabulary.order` would loosen: `pii < mine`: only the organisation puts a class above `pii`"],
    ],
    [
      "a repository climbs above the organisation's word",
      "order: [org-word < mine]",
      ["`vocabulary.order` would loosen: `org-word < mine`: only the organisation puts a class above `org-word`"],
    ],
    [
      "a repository turns the order round",
      "order: [mine < org-high, org-high < org-low]",
      ["`vocabulary.order` would loosen: `mine < org-high, org-high < org-low`"],
    ],
  ])("%s beside an organisation", (_name, line, expected) => {
    const org = source("config", "vocabulary: {keywords: [org-word], order: [org-low < org-high]}\n", { origin: "org", path: "org" });
    const reading = parsePolicySet([org, source("config", `vocabulary: {${line}}\n`)]);
    expect(reading.status).toBe(expected.length === 0 ? "ok" : "invalid");
    if (_name.includes("round")) expect(reading.problems.map(({ line }) => line)).toEqual([1]);
    else expect(reading.problems.map(({ message }) => message)).toEqual(expected);
  });
});
