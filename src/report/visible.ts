import { isDrawnLikeLatin } from "../engine/contract/lookalike.ts";

/**
 * Text from contracts, policies and GitHub, made safe to look at: whatever a reader could not see, or a terminal would obey,
 * appears as its code point, and so does a letter that makes a word look like a Latin one. The result is one line.
 */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .toWellFormed()
    .replace(HIDDEN, (character) => codePoint(character))
    .replace(WORD, disguised);
}

const PLAIN = /^[ -~]*$/;

/** Control, format, private, unassigned and separator characters, everything that draws nothing, and every space but U+0020. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{FFFD}]|(?! )\p{Zs}/gu;

const WORD = /[\p{L}\p{N}_-]*[^ -~\P{L}][\p{L}\p{N}_-]*/gu;

/** A word whose every letter is a Latin one or is drawn like one: `\u0435mail` is not `email`. A word of another language is left alone. */
function disguised(word: string): string {
  const letters = word.match(/[^ -~\P{L}]/gu) ?? [];
  return letters.every(isDrawnLikeLatin) ? word.replace(/[^ -~\P{L}]/gu, codePoint) : word;
}

function codePoint(character: string): string {
  if (character === "\n") return "↵";
  return `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** A value as JSON that may be shown on a terminal, indented by 2, with a line end. */
export function terminalJson(value: unknown): string {
  // Invisible letters beyond the first 65,536 too, by both halves, which YAML would not read.
  return `${escapeInvisible(JSON.stringify(value, null, 2)).replace(/\p{Cf}/gu, escapeUnits)}\n`;
}

/** JSON.stringify leaves C1 controls and bidi marks as they are; a terminal would obey them. Escaped, the JSON (or quoted YAML) says the same. */
export function escapeInvisible(json: string): string {
  return json.replace(INVISIBLE, escapeUnits);
}

function escapeUnits(text: string): string {
  return text
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

const INVISIBLE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** At most `maxCharacters` code points, the last one an ellipsis when something was cut. */
export function clip(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const points = Array.from(text.slice(0, 2 * maxCharacters + 2));
  if (points.length <= maxCharacters) return text;
  return `${points.slice(0, maxCharacters - 1).join("")}…`;
}

/** UTF-8 bytes. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two halves of a surrogate pair are four bytes together; a lone one becomes U+FFFD, three: count three, never too few.
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** The longest prefix of at most `maxBytes` UTF-8 bytes that ends at a code-point border, with an ellipsis when something was cut. */
export function cutBytes(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const size = byteLength(character);
    if (bytes + size > maxBytes - byteLength("…")) break;
    bytes += size;
    end += character.length;
  }
  return `${text.slice(0, end)}…`;
}

/** As many whole items as fit into `maxItems` and `maxBytes`, and how many were left out. */
export function within(
  items: readonly string[],
  maxItems: number,
  maxBytes: number,
): { readonly shown: readonly string[]; readonly more: number } {
  const shown: string[] = [];
  let bytes = 0;
  for (const item of items) {
    bytes += byteLength(item) + 1;
    if (shown.length === maxItems || bytes > maxBytes) break;
    shown.push(item);
  }
  return { shown, more: items.length - shown.length };
}
