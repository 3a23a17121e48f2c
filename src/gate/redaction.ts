import { MASK, maskTokens } from "../engine/secrets.ts";

/** Shorter ones would be found inside ordinary words, and are refused as secrets elsewhere. */
const LENGTH_MIN = 8;

export type Redact = (text: string) => string;

/**
 * Masks these secrets wherever they stand, also as a URL or JSON writes them, each line of a key by itself, and everything that
 * looks like a token. The longest go first, so that none leaves its end behind.
 */
export function createRedaction(secrets: readonly string[]): Redact {
  const known = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length >= LENGTH_MIN).sort((a, b) => b.length - a.length);
  return (text) => {
    let masked = text;
    for (const secret of known) if (masked.includes(secret)) masked = masked.replaceAll(secret, MASK);
    return maskTokens(masked);
  };
}

function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\\n|\n/).filter((line) => line.length >= LENGTH_MIN && !line.startsWith("-----"));
  return [secret, ...lines].flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]);
}

/** The password of an address, as it is written there and as it is meant; none = none. */
export function passwordsOf(...addresses: readonly (string | null | undefined)[]): readonly string[] {
  return addresses.flatMap((address) => {
    if (!address || !URL.canParse(address)) return [];
    const { password } = new URL(address);
    return password === "" ? [] : [password, decodeURIComponent(password)];
  });
}
