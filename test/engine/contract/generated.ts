import fc from "fast-check";
import { stringify } from "yaml";

type GeneratedFormat = "odcs" | "dcs" | "dbt" | "choochoo";

/** A contract as every format can say it. */
export interface Shape {
  readonly format: GeneratedFormat;
  readonly objects: readonly { readonly name: string; readonly tags: readonly string[]; readonly fields: readonly FieldShape[] }[];
}

export interface FieldShape {
  readonly name: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly pii: boolean;
  readonly classification: string | null;
}

const words = ["pii", "gdpr", "phi", "pci", "confidential", "restricted", "secret", "PII.EMAIL", "team-a"];

const field = fc.record({
  name: fc.constantFrom("id", "email", "phone", "total", "note", "created", "street"),
  type: fc.constantFrom("string", "integer", "boolean", "timestamp"),
  tags: fc.uniqueArray(fc.constantFrom(...words), { maxLength: 3 }),
  pii: fc.boolean(),
  classification: fc.option(fc.constantFrom("internal", "confidential", "restricted", "tier-9"), { nil: null }),
});

export const shape: fc.Arbitrary<Shape> = fc.record({
  format: fc.constantFrom<GeneratedFormat>("odcs", "dcs", "dbt", "choochoo"),
  objects: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("customers", "orders", "items"),
      tags: fc.uniqueArray(fc.constantFrom("pii", "gdpr", "team-a"), { maxLength: 2 }),
      fields: fc.uniqueArray(field, { minLength: 1, maxLength: 5, selector: ({ name }) => name }),
    }),
    { minLength: 1, maxLength: 3, selector: ({ name }) => name },
  ),
});

/** The document that a file of the shape's format holds. */
export function documentOf({ format, objects }: Shape): Record<string, unknown> {
  switch (format) {
    case "odcs":
      return {
        kind: "DataContract",
        apiVersion: "v3.1.0",
        id: "c",
        version: "1.0.0",
        status: "active",
        schema: objects.map(({ name, tags, fields }) => ({ name, tags, properties: fields.map((each) => odcsField(each)) })),
      };
    case "dcs":
      return {
        dataContractSpecification: "1.2.1",
        id: "c",
        info: { title: "c", version: "1.0.0" },
        models: byName(objects, ({ tags, fields }) => ({ tags, fields: byName(fields, plainField) })),
      };
    case "dbt":
      return {
        version: 2,
        models: objects.map(({ name, tags, fields }) => ({
          name,
          config: { tags },
          columns: fields.map((each) => ({
            name: each.name,
            data_type: each.type,
            tags: each.tags,
            meta: { contains_pii: each.pii, ...classified(each) },
          })),
        })),
      };
    case "choochoo":
      return {
        id: "c",
        version: "1.0.0",
        models: objects.map(({ name, tags, fields }) => ({
          name,
          tags,
          fields: fields.map(({ tags: complianceTags, ...each }) => ({
            name: each.name,
            type: each.type,
            pii: each.pii,
            ...classified(each),
            complianceTags,
          })),
        })),
      };
  }
}

function odcsField(each: FieldShape): object {
  return {
    name: each.name,
    logicalType: each.type,
    tags: each.tags,
    ...classified(each),
    customProperties: [{ property: "pii", value: String(each.pii) }],
  };
}

function plainField(each: FieldShape): object {
  return { type: each.type, tags: each.tags, pii: each.pii, ...classified(each) };
}

function classified({ classification }: { readonly classification: string | null }): object {
  return classification === null ? {} : { classification };
}

function byName<T extends { readonly name: string }>(items: readonly T[], body: (item: T) => object): object {
  return Object.fromEntries(items.map((item) => [item.name, body(item)]));
}

/** Ways to write one document down; the number picks the form. */
export const FORMS: readonly ((document: unknown) => string)[] = [
  (document) => stringify(document),
  (document) => JSON.stringify(document),
  (document) => JSON.stringify(document, null, 2),
  (document) => stringify(document, { indent: 4, indentSeq: false }),
  (document) => stringify(document, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "QUOTE_SINGLE" }),
  (document) => stringify(document, { collectionStyle: "flow" }),
  (document) => stringify(document).replaceAll("\n", "\r\n"),
  (document) => `\uFEFF# licence: none\n---\n${stringify(document).replaceAll(/^( *)(-|\w)/gm, "$1# pii: true\n$1$2")}# end\n`,
  (document) => stringify(reordered(document)),
];

/** Keys of every mapping and items of every list in the opposite order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered).reverse();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inside]) => [key, reordered(inside)] as const)
      .reverse(),
  );
}
