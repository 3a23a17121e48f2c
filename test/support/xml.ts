export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Character data directly inside, joined. */
  readonly text: string;
}

const NOT_A_CHARACTER = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const TOKEN = /<\?xml version="1\.0" encoding="UTF-8"\?>|<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w-]*="[^"<]*")*)\s*(\/?)>|[^<]+/y;

/**
 * Reads the part of XML 1.0 that reports use: declaration, elements, attributes, text, references. Everything else is an error,
 * and so are characters that XML forbids, as such or by reference. Stricter than a parser of the whole language.
 */
export function parseXml(text: string): XmlElement {
  if (!text.isWellFormed() || NOT_A_CHARACTER.test(text)) throw new Error("a character that XML 1.0 forbids");
  type Open = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };
  const document: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [document];
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`no XML at ${at}: ${text.slice(at, at + 40)}`);
    const [token, closing, name, attributes, empty] = match;
    const parent = open.at(-1)!;
    if (name === undefined) {
      if (token.startsWith("<?")) {
        if (at !== 0) throw new Error("a declaration inside");
      } else if (open.length === 1 && token.trim() !== "") throw new Error(`text outside the root: ${token}`);
      else parent.text += unescaped(token);
    } else if (closing === "/") {
      if (parent.name !== name || open.length === 1) throw new Error(`</${name}> closes <${parent.name}>`);
      open.pop();
    } else {
      const element: Open = { name, attributes: attributesOf(attributes ?? ""), children: [], text: "" };
      if (open.length === 1 && document.children.length > 0) throw new Error("two roots");
      parent.children.push(element);
      if (empty !== "/") open.push(element);
    }
  }
  const [root] = document.children;
  if (root === undefined || open.length !== 1) throw new Error("an element is not closed");
  return root;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/([\w-]+)="([^"]*)"/g)) {
    if (Object.hasOwn(found, name!)) throw new Error(`attribute ${name} twice`);
    found[name!] = unescaped(value!);
  }
  return found;
}

const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" } as const;

function unescaped(text: string): string {
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(";")) throw new Error(`a bare &: ${whole}`);
    if (name in NAMED) return NAMED[name as keyof typeof NAMED];
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
    const character = code === null ? null : String.fromCodePoint(code[1] === undefined ? Number(code[2]) : Number.parseInt(code[1], 16));
    if (character === null || !character.isWellFormed() || NOT_A_CHARACTER.test(character)) throw new Error(`a bad reference: ${whole}`);
    return character;
  });
}
