import { parse as parseGraphql, print } from "graphql";
import { describe, expect, it } from "vitest";
import { type Document, parseDocument, visit } from "yaml";
import { takeInventory } from "../../../src/engine/contract/inventory.ts";
import { readCorpus } from "./corpus.ts";
import { lostProtection, tellsLoss } from "./loss-oracle.ts";
import { brief, diffOf, inputOf } from "./support.ts";

/** Real files of every format that read as contracts; the largest say nothing more and cost seconds. */
const corpus = readCorpus().filter(({ path, text }) => {
  const { contracts, unparseable } = takeInventory(inputOf({}, { [path]: text }));
  return text.length < 90_000 && contracts.length === 1 && unparseable.length === 0;
});

/** The same content in another form. */
function formsOf(path: string, text: string): Readonly<Record<string, string>> {
  const lines = { "other line ends": text.replaceAll("\r", "").replaceAll("\n", "\r\n") };
  if (/\.(json|avsc)$/.test(path)) {
    const value: unknown = JSON.parse(text);
    return { ...lines, "one line": JSON.stringify(value), reordered: JSON.stringify(turned(value), null, 3) };
  }
  if (/\.graphql$/.test(path))
    return {
      ...lines,
      "printed anew": print(parseGraphql(text)),
      commented: text.replaceAll("\n", "\n# @pii\n").replaceAll('"""\n# @pii\n', '"""\n'),
    };
  if (/\.proto$/.test(path)) return { ...lines, spaced: text.replaceAll(/;(?=[ \t]*\n)/g, " ; // [(acme.pii) = true]\n") };
  const written = (change: (document: Document.Parsed) => void) => {
    const document = parseDocument(text, { merge: true });
    change(document);
    return document.toString({ lineWidth: 0 });
  };
  const hasAnchors = /[&*]\w/.test(text);
  return {
    ...lines,
    commented: `# tags: [pii]\n${text}\n# the end\n`,
    quoted: written((document) =>
      visit(document, {
        Scalar: (_, node) => {
          if (typeof node.value === "string" && node.type === "PLAIN" && node.value !== "<<") node.type = "QUOTE_DOUBLE";
        },
      }),
    ),
    "in flow style": written((document) =>
      visit(document, {
        Collection: (_, node) => {
          node.flow = true;
        },
      }),
    ),
    // An alias must come after its anchor.
    ...(hasAnchors ? {} : { reordered: written((document) => visit(document, { Map: (_, node) => void node.items.reverse() })) }),
  };
}

/** Keys of every mapping the other way round; lists stay as they are. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, turned(each)]),
  );
}

describe.each(corpus)("$path", ({ path, text }) => {
  const forms = formsOf(path, text);
  it.each(Object.keys(forms))("%s is no change", (form) => {
    const diff = diffOf({ [path]: text }, { [path]: forms[form]! });
    expect(diff.findings.map(brief)).toEqual([]);
    expect(diff.unparseable).toEqual([]);
  });
});

const TAG_WORD = /pii|tags?\b|classif|sensitiv|categor|redact|secret|confiden|personal|gdpr|phi\b|critical/i;
const SITES_MAX = 10;

/** JSON without one of the keys that may be a tag. */
function strippedJson(text: string): readonly string[] {
  const places: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, path: readonly (string | number)[]) => {
    if (value === null || typeof value !== "object") return;
    for (const [key, each] of Object.entries(value)) {
      if (TAG_WORD.test(key) || (typeof each === "string" && TAG_WORD.test(each))) places.push([...path, key]);
      walk(each, [...path, key]);
    }
  };
  walk(JSON.parse(text), []);
  return thinned(places).map((path) => {
    const copy = JSON.parse(text) as Record<string | number, never>;
    const holder = path.slice(0, -1).reduce<Record<string | number, never>>((at, key) => at[key]!, copy);
    delete holder[path.at(-1)!];
    return JSON.stringify(copy);
  });
}

function thinned<T>(sites: readonly T[]): readonly T[] {
  const step = Math.max(1, Math.ceil(sites.length / SITES_MAX));
  return sites.filter((_, index) => index % step === 0);
}

/** The text without one statement that may be a tag: a whole line, or what stands in brackets or behind an `@`. */
function strippedForms(text: string): readonly string[] {
  const lines = text.split("\n");
  const sites = lines.flatMap((line, index) => (TAG_WORD.test(line) ? [index] : []));
  return thinned(sites).flatMap((index) => {
    const line = lines[index]!;
    const inline = [
      line.replace(/ *\[[^\]]*\]/, ""),
      line.replace(/ *@\w+(\([^)]*\))?/, ""),
      line.replace(/: *["']?[\w.-]+["']?(?=,?$)/, ": null"),
    ];
    const edits = [null, ...inline.filter((each) => each !== line)];
    return edits.map((edit) => lines.flatMap((each, at) => (at !== index ? [each] : edit === null ? [] : [edit])).join("\n"));
  });
}

it("whatever statement goes, what is less protected than before has a finding that blocks", () => {
  const silent: string[] = [];
  const lostIn = new Set<string>();
  let losses = 0;
  for (const { path, text } of corpus)
    for (const head of /\.(json|avsc)$/.test(path) ? strippedJson(text) : strippedForms(text)) {
      const diff = diffOf({ [path]: text }, { [path]: head });
      const lost = diff.unparseable.length > 0 ? [] : lostProtection({ [path]: text }, { [path]: head });
      if (lost.length === 0) continue;
      losses += 1;
      lostIn.add(path.split("/")[0]!);
      if (!tellsLoss(diff.findings)) silent.push(`${path}: ${lost[0]}`);
    }
  expect(silent).toEqual([]);
  expect(losses).toBeGreaterThan(150);
  expect([...lostIn].sort()).toEqual(expect.arrayContaining(["dbt", "dcs", "fides", "graphql", "odcs", "openapi", "protobuf"]));
});
