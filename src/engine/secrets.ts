/** What a text shows in the place of a secret. */
export const MASK = "[redacted]";

/** Secrets that are known by their looks, whoever they belong to. What is masked may lose more than the secret, never less. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  // In a line of JSON the breaks of a key are `\n`, and its end may have been cut off.
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
  [/\bgh[a-z]_[\w.-]{10,}/g, MASK],
  [/\bgithub_pat_\w{10,}/g, MASK],
  [/\bcsk_[\w-]{8,}/g, MASK],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.?[\w-]*/g, MASK],
  [/\b(bearer|basic)(\s+)[\w.~+/=-]{8,}/gi, `$1$2${MASK}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):[^\s@"']+@/gi, `$1:${MASK}@`],
];

/** The text without anything that looks like a token, a private key, or the password of an address. */
export function maskTokens(text: string): string {
  return LOOKS.reduce((masked, [look, mask]) => masked.replace(look, mask), text);
}
