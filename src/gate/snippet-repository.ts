import type { Repository } from "./ports.ts";

/** A file of a change by its text on both sides; null = it is not there. */
export interface Snippet {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** A change that is written down instead of committed, in the shape of any other repository: it is read by the same code. */
export function snippetRepository(snippets: readonly Snippet[], sides: { readonly base: string; readonly head: string }): Repository {
  const texts = [...new Set(snippets.flatMap(({ before, after }) => [before, after].filter((text) => text !== null)))];
  const blobOf = (text: string) => `snippet-${texts.indexOf(text)}`;
  const side = (text: string | null) => (text === null ? { mode: null, blob: null } : { mode: "100644", blob: blobOf(text) });
  return {
    mergeBase: async () => sides.base,
    changedFiles: async () => ({
      files: snippets
        .filter(({ before, after }) => before !== after)
        .map(({ path, before, after }) => ({
          path,
          baseMode: side(before).mode,
          baseBlob: side(before).blob,
          headMode: side(after).mode,
          headBlob: side(after).blob,
        })),
      incomplete: null,
    }),
    readFile: async ({ path, mode, blob }, maxBytes) => {
      const bytes = new TextEncoder().encode(texts[Number(blob.slice("snippet-".length))] ?? "");
      const tooLarge = bytes.length > maxBytes;
      return { path, mode, blob, bytes: tooLarge ? null : bytes, unreadable: tooLarge ? "is too large" : null };
    },
    entryAt: async (commit, path) => {
      const found = snippets.find((snippet) => snippet.path === path);
      const text = commit === sides.base ? (found?.before ?? null) : (found?.after ?? null);
      return text === null ? null : { mode: "100644", blob: blobOf(text) };
    },
  };
}
