import type { Phrase, Span } from "./phrase.ts";
import { visible } from "./visible.ts";

/** The one way in which foreign text enters Markdown: no markup, no HTML, no link, no mention, no reference, no emoji code. */
export function escapeMarkdown(text: string): string {
  return visible(text).replace(SPECIAL, (match) => {
    const last = match.at(-1)!;
    const before = match.slice(0, -1);
    if (/[@#:.]|GH-/i.test(match) && !/^\s*\d+\.$/.test(match)) return match + BREAK;
    if (/[&<>|)]/.test(last)) return `${before}&#${last.charCodeAt(0)};`;
    return `${before}\\${last}`;
  });
}

/** Markup anywhere; a list or underline mark at the start; `@`, `#`, `GH-1`, `:emoji:`, `scheme://` and `www.` wherever GitHub would link them. */
const SPECIAL = /[&<>|\\`*_[\]~$@#]|^\s*[-+=]|^\s*\d+[.)]|\bGH-(?=\d)|:(?=[a-z_+/-])|\bwww\./gi;

/** A zero-width space, written in ASCII: between `@` and a name it is what keeps GitHub from a mention. */
const BREAK = "&#8203;";

/**
 * A code span that its content cannot close: the fence is longer than any run of backticks inside.
 * A pipe would end a table cell even inside a span, so such text becomes an element instead.
 */
export function codeSpan(text: string): string {
  const content = visible(text);
  if (content.trim() === "") return "`(empty)`";
  if (content.includes("|")) return `<code>${escapeMarkdown(content)}</code>`;
  const fence = "`".repeat(longestRun(content) + 1);
  const pad = content.startsWith("`") || content.endsWith("`") || (content.startsWith(" ") && content.endsWith(" ")) ? " " : "";
  return `${fence}${pad}${content}${pad}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** A fenced block that its content cannot close. Lines must be visible() already. */
export function codeBlock(language: string, lines: readonly string[]): string {
  const fence = "`".repeat(Math.max(3, ...lines.map((line) => longestRun(line) + 1)));
  return [`${fence}${language}`, ...lines, fence].join("\n");
}

/** A phrase as Markdown; `ask` is the only span that becomes a mention. */
export function markdown(phrase: Phrase): string {
  let out = "";
  for (const span of phrase) {
    const piece = spanMarkdown(span);
    // Two fences that touch would become one.
    out += out.endsWith("`") && piece.startsWith("`") ? ` ${piece}` : piece;
  }
  return out;
}

function spanMarkdown(span: Span): string {
  switch (span.kind) {
    case "words":
      return span.text;
    case "data":
      return escapeMarkdown(span.text);
    case "code":
      return codeSpan(span.text);
    case "strong":
      return span.text.trim() === "" ? "" : `**${escapeMarkdown(span.text.trim())}**`;
    case "ask":
      return `@${span.text}`;
  }
}

/** A link that Markdown cannot break out of; anything that is not http(s) is dropped. */
export function link(label: string, url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return null;
  return `[${escapeMarkdown(label)}](<${parsed.href.replace(/[<>\s|\\`]/g, encodeURIComponent)}>)`;
}
