import { clip, visible } from "./visible.ts";

/**
 * A sentence that every surface can draw: each piece says what it is, so that a renderer needs one escaper and no surface
 * forgets one. `words` are ours; every other text may come from an attacker and is already one visible line.
 */
export type Span =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "data"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  /** Login of a person who is asked to act: the only text that may ping anyone. */
  | { readonly kind: "ask"; readonly text: string };

export type Phrase = readonly Span[];
type Piece = Phrase | Span | string | number;

/** Template tag: literals are our words, a bare string is foreign data. */
export function say(literals: TemplateStringsArray, ...pieces: readonly Piece[]): Phrase {
  const spans: Span[] = [];
  literals.forEach((literal, index) => {
    if (literal !== "") spans.push({ kind: "words", text: literal });
    const piece = pieces[index];
    if (piece !== undefined) spans.push(...asPhrase(piece));
  });
  return spans;
}

function asPhrase(piece: Piece): Phrase {
  if (typeof piece === "number") return [{ kind: "words", text: String(piece) }];
  if (typeof piece === "string") return [data(piece)];
  return "kind" in piece ? [piece] : piece;
}

const NAME_MAX = 160;
const SENTENCE_MAX = 400;

export function data(text: string, max = SENTENCE_MAX): Span {
  return { kind: "data", text: clip(visible(text), max) };
}

export function code(text: string, max = NAME_MAX): Span {
  return { kind: "code", text: clip(visible(text), max) };
}

export function strong(text: string, max = NAME_MAX): Span {
  return { kind: "strong", text: clip(visible(text), max) };
}

/** Someone asked to act. A text that is no GitHub login stays plain data, so that it can ping nobody: of `@bob-` GitHub would take `@bob`. */
export function ask(login: string): Span {
  const bare = login.replace(/^@/, "");
  return /^(?=.{1,39}$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(bare) ? { kind: "ask", text: bare } : data(bare, NAME_MAX);
}

/** Plain text with `code` between backticks, as the engine writes its sentences. */
export function sentence(text: string, max = SENTENCE_MAX): Phrase {
  const parts = clip(visible(text), max).split("`");
  if (parts.length % 2 === 0) {
    const last = parts.pop();
    parts[parts.length - 1] += `\`${last}`;
  }
  return parts
    .map((part, index): Span => (index % 2 === 1 ? { kind: "code", text: part } : { kind: "data", text: part }))
    .filter((span) => span.text !== "");
}

export function joined(phrases: readonly Phrase[], separator: string): Phrase {
  return phrases.flatMap((phrase, index) => (index === 0 ? phrase : [{ kind: "words", text: separator } as const, ...phrase]));
}

/** The first `max` phrases, then "and N more". */
export function listed(phrases: readonly Phrase[], max: number, separator = ", "): Phrase {
  const shown = joined(phrases.slice(0, max), separator);
  return phrases.length > max ? [...shown, { kind: "words", text: ` and ${phrases.length - max} more` }] : shown;
}

/** Plain text, code in backticks. */
export function plain(phrase: Phrase): string {
  return phrase.map((span) => (span.kind === "code" ? `\`${span.text}\`` : span.kind === "ask" ? `@${span.text}` : span.text)).join("");
}

/** `1 approval`, `2 approvals`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? one : many}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `2026-11-25T18:00:00Z` as `Nov 25, 18:00 UTC`; anything else as it is. */
export function instant(iso: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}):\d{2}(?:\.\d+)?Z$/.exec(iso);
  const month = parts === null ? undefined : MONTHS[Number(parts[2]) - 1];
  return parts === null || month === undefined ? visible(iso) : `${month} ${Number(parts[3])}, ${parts[4]} UTC`;
}

/** The same with its year, for what is read later: `Nov 25, 2026, 18:00 UTC`. */
export function instantWithYear(iso: string): string {
  return instant(iso).replace(/^(\w+ \d+),/, `$1, ${iso.slice(0, 4)},`);
}
