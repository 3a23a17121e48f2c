import { ReadFailure } from "./node.ts";

const LFS_POINTER = new TextEncoder().encode("version https://git-lfs.github.com/spec/");

/** Strict UTF-8 (a leading byte order mark is tolerated). Characters on which parsers disagree are refused, not guessed. */
export function decodeText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ReadFailure("the file is not UTF-8", null);
  }
  const place = text.search(FORBIDDEN);
  if (place >= 0) {
    const point = text.codePointAt(place)!.toString(16).toUpperCase().padStart(4, "0");
    throw new ReadFailure(`the character U+${point} is not allowed in a contract: parsers disagree about it`, lineOf(text, place));
  }
  return text;
}

// Control characters; a carriage return that ends no CRLF; the line breaks that only YAML 1.1 knows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u0085\u2028\u2029]|\r(?!\n)/;

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

export function isLfsPointer(bytes: Uint8Array): boolean {
  return LFS_POINTER.every((byte, at) => bytes[at] === byte);
}

/** Only blanks: nothing was declared. Comments alone are found by the parser. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
