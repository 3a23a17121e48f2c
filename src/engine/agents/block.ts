/** Info string of the fenced block that registers agents: ```yaml countersign-agents */
export const BLOCK_NAME = "countersign-agents";

export type BlockReading =
  | { readonly status: "none" }
  /** `text` keeps the lines before it as blank ones, so that its line numbers are those of the document. */
  | { readonly status: "block"; readonly text: string }
  | { readonly status: "invalid"; readonly line: number; readonly because: string };

const FENCE = /^( {0,3})(`{3,}|~{3,})(.*)$/;

/**
 * The declared block of an AGENTS.md. A fence that was meant to be one and is not is an error: a misspelt name must not
 * leave agents without their boundaries.
 */
export function declaredBlock(markdown: string): BlockReading {
  const lines = markdown.replace(/^\uFEFF/, "").split(/\r?\n/);
  let open: { readonly mark: string; readonly line: number; readonly ours: boolean } | null = null;
  let found: { readonly from: number; readonly to: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const [, , mark = "", info = ""] = FENCE.exec(line) ?? [];
    if (mark === "") continue;
    if (open !== null) {
      if (mark[0] !== open.mark[0] || mark.length < open.mark.length || info.trim() !== "") continue;
      if (open.ours) found = { from: open.line + 1, to: index };
      open = null;
      continue;
    }
    const words = info
      .trim()
      .toLowerCase()
      .split(/[\s{}]+/);
    const ours = words.includes(BLOCK_NAME);
    if (!ours && /countersign/.test(info.toLowerCase()))
      return {
        status: "invalid",
        line: index + 1,
        because: `the block is named \`${info.trim().slice(0, 60)}\`: write \`yaml ${BLOCK_NAME}\``,
      };
    if (ours && found !== null)
      return { status: "invalid", line: index + 1, because: `a second \`${BLOCK_NAME}\` block: only one may stand here` };
    open = { mark, line: index, ours };
  }
  if (open?.ours) return { status: "invalid", line: open.line + 1, because: `the \`${BLOCK_NAME}\` block is never closed` };
  if (found === null) return { status: "none" };
  return { status: "block", text: lines.map((line, index) => (index >= found.from && index < found.to ? line : "")).join("\n") };
}

/** True when two versions of an AGENTS.md register the same agents in the same words; for whoever asks what a change of the file is. */
export function sameBlock(before: string, after: string): boolean {
  const [one, two] = [declaredBlock(before), declaredBlock(after)];
  if (one.status === "invalid" || two.status === "invalid") return false;
  return (one.status === "block" ? one.text.trim() : null) === (two.status === "block" ? two.text.trim() : null);
}
