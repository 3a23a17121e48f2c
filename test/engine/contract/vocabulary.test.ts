import { describe, expect, it } from "vitest";
import {
  compareClass,
  compileVocabulary,
  isClassifyingKey,
  markerClass,
  readMarker,
  readWord,
  tagKey,
} from "../../../src/engine/contract/vocabulary.ts";
import { vocabulary } from "./support.ts";

describe("words", () => {
  it.each([
    ["pii", "pii"],
    ["PII", "pii"],
    ["PII.EMAIL", "pii"],
    ["pii-email", "pii"],
    ["pii:true", "pii"],
    ["Personal Data", "pii"],
    ["containsPII:yes", "pii"],
    ["PersonalData", "pii"],
    ["pci", "pci-dss"],
    ["PCI_DSS", "pci-dss"],
    ["sensitive-personal-data", "gdpr-article-9"],
    ["highly confidential", "restricted"],
    ["classification:restricted", "restricted"],
    ["user.contact.email", "category:user.contact.email"],
    ["team-a", "team-a"],
    ["internal-id", "internal-id"],
    ["financial-year", "financial-year"],
    ["рii", "unknown:рii"],
    ["p\u200bii", "unknown:p\u200bii"],
    ["ｐｉｉ", "unknown:ｐｉｉ"],
  ])("in a tag list, %j is %j", (word, key) => {
    expect(readWord(vocabulary, word, false)?.key).toBe(key);
  });

  it.each(["non-pii", "not_pii", "pii:false", "pii=no", "pii-free", ""])("%j says nothing", (word) => {
    expect(readWord(vocabulary, word, false)).toBeNull();
  });

  it("an unknown word is an unknown class only where a class is declared", () => {
    expect(readWord(vocabulary, "tier-9", true)).toMatchObject({ key: "unknown:tier-9", known: false, classifies: true });
    expect(readWord(vocabulary, "tier-9", false)).toMatchObject({ key: "tier-9", known: false, classifies: false });
  });

  it("a template is opaque, and the class it names is a hint that only adds", () => {
    expect(readWord(vocabulary, "{{ var('pii_tag') }}", true)).toMatchObject({ key: "pii", opaque: true });
    expect(readWord(vocabulary, "{{ var('non_pii_tag') }}", true)).toMatchObject({ known: false, opaque: true, classifies: true });
  });
});

describe("truth under a key that names a class", () => {
  it.each(["true", "True", "yes", "on", "y", "1", "TRUE"])("%j is yes", (text) => expect(readMarker("pii", text)?.value).toBe("true"));
  it.each(["false", "No", "off", "n", "0", "", "null", "~"])("%j is no", (text) => expect(readMarker("pii", text)).toBeNull());
  it.each(["maybe", "email", "fаlse", "2"])("%j is yes, in words of its own", (text) => expect(readMarker("pii", text)?.value).toBe(text));
  it.each([
    ["pii", "pii"],
    ["contains_pii", "pii"],
    ["isPII", "pii"],
    ["x-pii", "pii"],
    ["pii_type", "pii"],
    ["personal_data", "pii"],
    ["owner", null],
    ["name", null],
    ["public", null],
  ])("the key %j names %j", (key, found) => expect(markerClass(vocabulary, key)).toBe(found));
  it.each(["classification", "dataClassification", "sensitivity", "data_category", "complianceTags"])("%j declares a class", (key) =>
    expect(isClassifyingKey(key)).toBe(true),
  );
});

describe("the partial order", () => {
  it.each([
    ["public", "internal", -1],
    ["internal", "restricted", -1],
    ["restricted", "confidential", 1],
    ["pii", "phi", -1],
    ["gdpr-article-9", "pii", 1],
    ["pii", "financial", null],
    ["pii", "pii", 0],
    ["category:user.contact", "category:user.contact.email", -1],
    ["category:user.contact", "category:user.content", null],
    ["constructor", "pii", null],
  ] as const)("%s to %s: %s", (a, b, order) => {
    expect(compareClass(vocabulary, a, b)).toBe(order);
    expect(compareClass(vocabulary, b, a)).toBe(order === null ? null : order === 0 ? 0 : -order);
  });
});

describe("configuration", () => {
  const own = compileVocabulary({ synonyms: { kundendaten: "pii", stufe3: "level-three", pii: "public" }, keywords: ["Kinder"] }, [
    "customer-data",
  ]);
  it.each([
    ["Kundendaten", "pii"],
    ["stufe3", "level-three"],
    ["kinder", "kinder"],
    ["kinder-foto", "kinder"],
    ["customer_data", "customer-data"],
    ["pii", "pii"],
    ["whatever", "whatever"],
  ])("%s is %s", (word, key) => expect(tagKey(own, word)).toBe(key));
  it("keywords and synonyms classify", () => {
    for (const word of ["kinder", "stufe3", "customer-data"]) expect(readWord(own, word, false)?.classifies).toBe(true);
  });
});
