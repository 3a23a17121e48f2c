import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffContracts } from "../../../src/engine/contract/diff.ts";
import { readContract } from "../../../src/engine/contract/read.ts";
import { documentOf, type FieldShape, FORMS, type Shape, shape } from "./generated.ts";
import { diffOf, fileOf, inputOf, rules } from "./support.ts";

const form = fc.integer({ min: 0, max: FORMS.length - 1 });

function write(contract: Shape, how: number): string {
  return FORMS[how]!(documentOf(contract));
}

describe("laws of the diff", () => {
  it("layout, key order, quoting, comments and line ends are nothing", () => {
    fc.assert(
      fc.property(shape, form, form, (contract, a, b) => {
        const diff = diffOf({ "contracts/c.yaml": write(contract, a) }, { "contracts/c.yaml": write(contract, b) });
        expect(diff.unparseable).toEqual([]);
        expect(diff.findings).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("removing at head any protecting tag that base carries gives a block finding on that field", () => {
    fc.assert(
      fc.property(shape, form, fc.nat(), fc.boolean(), (contract, how, pick, renamed) => {
        const strips = stripsOf(contract);
        fc.pre(strips.length > 0);
        const { stripped, object, field } = strips[pick % strips.length]!;
        const head = renamed ? "contracts/renamed.yaml" : "contracts/c.yaml";
        const diff = diffOf({ "contracts/c.yaml": write(contract, 0) }, { [head]: write(stripped, how) });
        const hit = diff.findings.filter((finding) => finding.severity === "block" && finding.object === object && finding.field === field);
        expect(hit.length).toBeGreaterThan(0);
        expect(hit[0]!.weight).toBe("loss");
        expect(diff.losses[0]!.lost).toBeGreaterThan(0);
      }),
      { numRuns: 120 },
    );
  });

  it("removing a tagged field, an object or the file gives a block finding", () => {
    fc.assert(
      fc.property(shape, form, fc.nat(), (contract, how, pick) => {
        const object = contract.objects[pick % contract.objects.length]!;
        fc.pre(object.fields.some((field) => isProtected(field)) && contract.objects.length > 1);
        const base = { "contracts/c.yaml": write(contract, 0) };
        const without = { ...contract, objects: contract.objects.filter((each) => each !== object) };
        expect(severities(diffOf(base, { "contracts/c.yaml": write(without, how) }))).toContain("block");
        expect(severities(diffOf(base, {}))).toContain("block");
      }),
      { numRuns: 40 },
    );
  });

  it("the order of files and the form of the text change no fingerprint", () => {
    fc.assert(
      fc.property(shape, shape, form, (one, two, how) => {
        const base = { "contracts/a.yaml": write(one, 0), "models/b.yml": write({ ...two, format: "dbt" }, 0) };
        const head = { "contracts/a.yaml": write({ ...two, format: one.format }, 0), "models/b.yml": write({ ...one, format: "dbt" }, 0) };
        const reformatted = {
          "contracts/a.yaml": write({ ...two, format: one.format }, how),
          "models/b.yml": write({ ...one, format: "dbt" }, how),
        };
        const input = inputOf(base, head);
        const turned = { ...input, base: input.base.toReversed(), head: input.head.toReversed(), files: input.files.toReversed() };
        expect(diffContracts(turned)).toEqual(diffContracts(input));
        const prints = (tree: typeof head) =>
          diffOf(base, tree)
            .findings.map(({ fingerprint }) => fingerprint)
            .sort();
        expect(prints(reformatted)).toEqual(prints(head));
      }),
      { numRuns: 40 },
    );
  });

  it("no bytes make the reader throw", () => {
    fc.assert(
      fc.property(shape, fc.nat(), fc.uint8Array({ maxLength: 6 }), (contract, at, noise) => {
        const bytes = new TextEncoder().encode(write(contract, 0));
        const place = at % bytes.length;
        const damaged = new Uint8Array([...bytes.subarray(0, place), ...noise, ...bytes.subarray(place + noise.length)]);
        expect(["contract", "ignored", "unparseable"]).toContain(readContract(fileOf("contracts/c.yaml", damaged), rules).status);
      }),
      { numRuns: 120 },
    );
  });
});

function severities(diff: ReturnType<typeof diffOf>): readonly string[] {
  return diff.findings.map(({ severity }) => severity);
}

function isProtected(field: FieldShape): boolean {
  return field.pii || field.classification !== null || field.tags.some((tag) => tag !== "team-a");
}

/** Every contract that differs in one protecting statement on one field that nothing else on the field repeats. */
function stripsOf(contract: Shape): readonly { stripped: Shape; object: string; field: string }[] {
  return contract.objects.flatMap((object) =>
    object.fields.flatMap((field) =>
      weaker(field).map((less) => ({
        stripped: {
          ...contract,
          objects: contract.objects.map((each) =>
            each === object ? { ...each, fields: each.fields.map((other) => (other === field ? less : other)) } : each,
          ),
        },
        object: object.name,
        field: field.name,
      })),
    ),
  );
}

function weaker(field: FieldShape): readonly FieldShape[] {
  const saysPii = (tag: string) => tag === "pii" || tag === "PII.EMAIL";
  const repeated = (tag: string) =>
    (saysPii(tag) && (field.pii || field.tags.filter(saysPii).length > 1)) || tag === field.classification || tag === "team-a";
  return [
    ...field.tags.filter((tag) => !repeated(tag)).map((tag) => ({ ...field, tags: field.tags.filter((each) => each !== tag) })),
    ...(field.pii && !field.tags.includes("pii") ? [{ ...field, pii: false }] : []),
    ...(field.classification !== null && !field.tags.includes(field.classification) ? [{ ...field, classification: null }] : []),
  ];
}
