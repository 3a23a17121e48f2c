/** Letters of other scripts that are drawn like Latin ones, enough to read the words of the vocabulary. */
const DRAWN_LIKE: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      ["a", "аαɑạ"],
      ["b", "ЬƄ"],
      ["c", "сϲᴄ"],
      ["d", "ԁɗ"],
      ["e", "еҽє"],
      ["f", "ſƒ"],
      ["g", "ɡց"],
      ["h", "һհ"],
      ["i", "іιıɩ"],
      ["j", "ј"],
      ["k", "κк"],
      ["l", "ӏⅼ|"],
      ["m", "м"],
      ["n", "ոп"],
      ["o", "оοօ"],
      ["p", "рρ"],
      ["q", "ԛ"],
      ["r", "гᴦ"],
      ["s", "ѕ"],
      ["t", "тτ"],
      ["u", "υսц"],
      ["v", "ѵν"],
      ["w", "ԝω"],
      ["x", "хχ"],
      ["y", "уγ"],
      ["z", "ᴢ"],
      ["-", "‐‑‒–—−"],
    ] as const
  ).flatMap(([latin, others]) => [...others].map((other) => [other, latin])),
);

const INVISIBLE = /[\p{Cf}\p{Mn}\p{Cc}\u115F\u1160\u3164\uFFA0]/gu;

/** True when a word that is not plain ASCII is drawn like one that `known` accepts: it is then never taken for harmless. */
export function resembles(word: string, known: (skeleton: string) => boolean): boolean {
  const drawn = skeleton(word);
  return drawn !== word.toLowerCase() && known(drawn);
}

/** True for a letter that a reader takes for a Latin one. */
export function isDrawnLikeLatin(letter: string): boolean {
  return Object.hasOwn(DRAWN_LIKE, letter.toLowerCase());
}

/** As a reader sees it: compatibility forms folded, invisible marks dropped, look-alike letters replaced. */
export function skeleton(word: string): string {
  const folded = word.normalize("NFKD").replace(INVISIBLE, "").toLowerCase();
  return [...folded].map((letter) => DRAWN_LIKE[letter] ?? letter).join("");
}

/** The text with everything but printable ASCII and ordinary letters shown as code points, for messages. */
export function visible(text: string): string {
  if (/^[\x20-\x7E]*$/.test(text)) return text;
  return text.replace(
    /[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Co}]/gu,
    (mark) => `<U+${mark.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`,
  );
}
