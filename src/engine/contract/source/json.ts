import type { Position } from "../model.ts";
import type { Entry, Node } from "./node.ts";

const MAX_DEPTH = 100;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CONTROL_END = 0x20;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Reads strict JSON into the nodes that the YAML parser would give, positions included, in a fraction of its time.
 * Null for everything else: comments, duplicate keys, half characters, deep nesting, any error. The YAML parser then reads or refuses it.
 */
export function parseJson(text: string): Node | null {
  if (!/^[ \t\r\n]*[{[]/.test(text)) return null;
  const reader = new JsonReader(text);
  const node = reader.value(0);
  return node !== null && reader.atEnd() ? node : null;
}

class JsonReader {
  private readonly text: string;
  private at = 0;
  private line = 1;
  private lineStart = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The value that comes next; null when it is not strict JSON. */
  value(depth: number): Node | null {
    const mark = this.next();
    const pos = this.position();
    switch (mark) {
      case "{":
        return depth === MAX_DEPTH ? null : this.map(depth + 1, pos);
      case "[":
        return depth === MAX_DEPTH ? null : this.list(depth + 1, pos);
      case '"': {
        const text = this.string();
        return text === null ? null : { kind: "scalar", text, plain: false, pos };
      }
      default: {
        LITERAL.lastIndex = this.at;
        const text = LITERAL.exec(this.text)?.[0];
        if (text === undefined) return null;
        this.at += text.length;
        return { kind: "scalar", text, plain: true, pos };
      }
    }
  }

  atEnd(): boolean {
    return this.next() === "";
  }

  private map(depth: number, pos: Position): Node | null {
    const entries = new Map<string, Entry>();
    this.at += 1;
    if (this.takes("}")) return { kind: "map", entries, pos };
    do {
      if (this.next() !== '"') return null;
      const keyPos = this.position();
      const key = this.string();
      if (key === null || entries.has(key) || !this.takes(":")) return null;
      const value = this.value(depth);
      if (value === null) return null;
      entries.set(key, { key, keyPos, value });
    } while (this.takes(","));
    return this.takes("}") ? { kind: "map", entries, pos } : null;
  }

  private list(depth: number, pos: Position): Node | null {
    const items: Node[] = [];
    this.at += 1;
    if (this.takes("]")) return { kind: "seq", items, pos };
    do {
      const item = this.value(depth);
      if (item === null) return null;
      items.push(item);
    } while (this.takes(","));
    return this.takes("]") ? { kind: "seq", items, pos } : null;
  }

  /** From the opening quote to behind the closing one. */
  private string(): string | null {
    const { text } = this;
    const start = this.at;
    let escaped = false;
    for (let at = start + 1; ; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.at = at + 1;
        return escaped ? unescaped(text.slice(start, at + 1)) : wellFormed(text.slice(start + 1, at));
      }
      if (code === BACKSLASH) {
        escaped = true;
        at += 1;
      } else if (code < CONTROL_END || Number.isNaN(code)) return null;
    }
  }

  private takes(mark: string): boolean {
    if (this.next() !== mark) return false;
    this.at += 1;
    return true;
  }

  /** The first character that is no blank, empty at the end. */
  private next(): string {
    const { text } = this;
    for (; ; this.at += 1) {
      const mark = text[this.at] ?? "";
      if (mark === "\n") {
        this.line += 1;
        this.lineStart = this.at + 1;
      } else if (mark !== " " && mark !== "\t" && mark !== "\r") return mark;
    }
  }

  private position(): Position {
    return { line: this.line, column: this.at - this.lineStart + 1 };
  }
}

function unescaped(literal: string): string | null {
  try {
    return wellFormed(JSON.parse(literal) as string);
  } catch {
    return null;
  }
}

function wellFormed(text: string): string | null {
  return text.isWellFormed() ? text : null;
}
