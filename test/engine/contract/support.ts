import { type DiffInput, diffContracts } from "../../../src/engine/contract/diff.ts";
import type { Comparison, Finding, GovernedFile } from "../../../src/engine/contract/finding.ts";
import type { ContractFile } from "../../../src/engine/contract/model.ts";
import type { ReadingRules } from "../../../src/engine/contract/rules.ts";
import { compileVocabulary } from "../../../src/engine/contract/vocabulary.ts";

export const vocabulary = compileVocabulary({ synonyms: {}, keywords: [] });
export const rules: ReadingRules = { vocabulary, mappings: [] };

/** One side of a change: path -> text, or bytes, or a file of another mode. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly mode: string; readonly text?: string }>>;

export function fileOf(path: string, content: Tree[string]): ContractFile {
  if (typeof content === "string")
    return { path, mode: "100644", blob: `blob of ${content}`, bytes: new TextEncoder().encode(content), unreadable: null };
  if (content instanceof Uint8Array) return { path, mode: "100644", blob: `blob of ${content.join()}`, bytes: content, unreadable: null };
  const bytes = content.text === undefined ? null : new TextEncoder().encode(content.text);
  return { path, mode: content.mode, blob: `blob of ${content.text}`, bytes, unreadable: bytes === null ? "no content" : null };
}

/** @param unchanged files that may define types which the others name. */
export function inputOf(base: Tree, head: Tree, outside: Tree = {}, unchanged: Tree = {}): DiffInput {
  const files = (tree: Tree) => Object.entries(tree).map(([path, content]) => fileOf(path, content));
  const [before, after] = [files(base), files(head)];
  const governed = [...new Set([...Object.keys(base), ...Object.keys(head)])].map((path): GovernedFile => {
    const [b, a] = [before.find((file) => file.path === path), after.find((file) => file.path === path)];
    return { path, baseMode: b?.mode ?? null, baseBlob: b?.blob ?? null, headMode: a?.mode ?? null, headBlob: a?.blob ?? null };
  });
  return {
    base: before,
    head: after,
    files: governed,
    outside: files(outside),
    referenced: { base: [], head: [], types: files(unchanged) },
    rules,
  };
}

export function diffOf(base: Tree, head: Tree, outside: Tree = {}): Comparison {
  return diffContracts(inputOf(base, head, outside));
}

/** `block tag.removed customers.email`: what a table expects. */
export function brief(finding: Finding): string {
  const place = [finding.object, finding.field].filter((part) => part !== null).join(".");
  return `${finding.severity} ${finding.code}${place === "" ? "" : ` ${place}`}`;
}
