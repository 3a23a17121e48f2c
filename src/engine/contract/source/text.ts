import { ReadFailure } from "./node.ts";

/** git-lfs reads no more of a file to tell whether it is a pointer. */
const LFS_BYTES_MAX = 1024;
/** As git-lfs takes it: blanks and extensions may stand before the version, and it still knows both names from before the first release. */
const LFS_POINTER =
  /^(?:\s|\x85|ext-\d-[^\n]*\n)*version (?:https:\/\/git-lfs\.github\.com\/spec\/|https:\/\/hawser\.github\.com\/spec\/|http:\/\/git-media\.io\/v\/)/;

/** Strict UTF-8 (a leading byte order mark is tolerated). Characters on which parsers disagree are refused, not guessed. */
export function decodeText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8(bytes);
  }
  const place = CONTROL.test(text) ? text.search(FORBIDDEN) : -1;
  if (place >= 0) {
    const point = text.codePointAt(place)!.toString(16).toUpperCase().padStart(4, "0");
    throw new ReadFailure(`the character U+${point} is not allowed in a contract: parsers disagree about it`, lineOf(text, place));
  }
  return text;
}

/** Says what the bytes are rather, and where that shows first. */
function notUtf8(bytes: Uint8Array): ReadFailure {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new ReadFailure("the file is UTF-16: contracts are UTF-8", 1);
  }
  const strict = new TextDecoder("utf-8", { fatal: true });
  const binary = bytes.includes(0);
  let line = 1;
  // No byte of a longer character is a line feed, so each line can be judged alone.
  for (let start = 0; start <= bytes.length; line += 1) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const part = bytes.subarray(start, feed < 0 ? bytes.length : feed);
    if (binary ? part.includes(0) : !decodes(strict, part)) break;
    start += part.length + 1;
  }
  return new ReadFailure(binary ? "the file is binary, not text" : "the file is not UTF-8: this line holds other bytes", line);
}

const LINE_FEED = 0x0a;

function decodes(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

// Control characters; a carriage return that ends no CRLF; the line breaks that only YAML 1.1 knows.
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F\u0085\u2028\u2029]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u0085\u2028\u2029]|\r(?!\n)/;

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** Whether a checkout with Git LFS puts other content in the place of this. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return LFS_POINTER.test(new TextDecoder("latin1").decode(bytes.subarray(0, LFS_BYTES_MAX)));
}

/** Only blanks: nothing was declared. Comments alone are found by the parser. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}
