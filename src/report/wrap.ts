/** Columns that a text takes in a terminal; colour sequences take none, wide characters two. */
export function columns(text: string): number {
  let total = 0;
  for (const character of text.replace(COLOR, "")) total += characterColumns(character);
  return total;
}

/** Only the sequences that our own colours write: foreign text has none left. */
const ESCAPE = String.fromCharCode(27);
const COLOR = new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g");
const WIDE = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Extended_Pictographic}\u3000-\u303F\uFF01-\uFF60]/u;
const NARROW_SYMBOLS = /[©®‼⁉™ℹ↔-↪✔✖⚠☑]/u;

function characterColumns(character: string): number {
  if (character < "\u0300") return 1;
  if (/\p{Mn}/u.test(character)) return 0;
  return WIDE.test(character) && !NARROW_SYMBOLS.test(character) ? 2 : 1;
}

/** Breaks lines at spaces so that each takes at most `width` columns; a word that is longer is cut. Later lines start with `indent`. */
export function wrap(text: string, width: number, indent: string): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, width, indent))
    .join("\n");
}

/** Lines that each stand alone: a colour that is open at the end of one is closed there and opened again in the next. */
export function standAlone(lines: readonly string[]): readonly string[] {
  let open: string[] = [];
  return lines.map((line) => {
    const start = open.join("");
    for (const [sequence] of line.matchAll(COLOR)) {
      const closes = CLOSES[Number(/\d+/.exec(sequence)![0])];
      open = closes === undefined ? [...open, sequence] : open.filter((each) => !closes.test(each));
    }
    return `${start}${line}${open.length > 0 ? `${ESCAPE}[0m` : ""}`;
  });
}

/** What each closing sequence ends. */
const CLOSES: Readonly<Record<number, RegExp>> = { 0: /./, 22: /\[[12]m/, 24: /\[4m/, 27: /\[7m/, 39: /\[[39]\dm/ };

function wrapLine(line: string, width: number, indent: string): string {
  if (columns(line) <= width) return line;
  const lead = /^ */.exec(line)![0];
  const lines: string[] = [];
  let current = lead;
  let empty = true;
  for (const word of line.slice(lead.length).split(" ")) {
    let rest = word;
    if (!empty && columns(current) + 1 + columns(rest) > width) {
      lines.push(current);
      current = indent;
      empty = true;
    }
    while (columns(current) + columns(rest) + (empty ? 0 : 1) > width) {
      const head = cut(rest, width - columns(current));
      if (head === "" || head === rest) break;
      lines.push(current + head);
      rest = rest.slice(head.length);
      current = indent;
    }
    current += empty ? rest : ` ${rest}`;
    empty = false;
  }
  return [...lines, current].join("\n");
}

/** Prefix of at most `width` columns; whole characters, whole colour sequences, and rather after a `/`. */
function cut(word: string, width: number): string {
  let taken = "";
  let used = 0;
  let nice = "";
  let folder = "";
  for (const [part] of word.matchAll(TOKENS)) {
    const size = columns(part);
    if (used + size > width) break;
    taken += part;
    used += size;
    if (/[.:_-]/.test(part) && used > width / 2) nice = taken;
    if (part === "/" && used > width / 4) folder = taken;
  }
  return folder || nice || taken;
}

const TOKENS = new RegExp(`${ESCAPE}\\[[0-9;]*m|.`, "gu");
