import { describe, expect, test } from "vitest";
import { MASK, maskTokens } from "../../src/engine/secrets.ts";

describe("T82: what looks like a secret", () => {
  test.each([
    ["an installation token", "token ghs_16C7e42F292c6912E7710c838347Ae178B4a", `token ${MASK}`],
    ["the long form of one", "ghs_42_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjQyfQ.abc-_123 end", `${MASK} end`],
    ["a personal token", "github_pat_11ABCDEFG0123456789_abcdefgh", MASK],
    ["a JSON web token", "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjQyfQ.c2lnbmF0dXJl", `Bearer ${MASK}`],
    ["a bearer of any kind", '"authorization":"Bearer abcdefgh12345678"', `"authorization":"Bearer ${MASK}"`],
    ["an API key of ours", "key csk_0123456789abcdef", `key ${MASK}`],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----.", `${MASK}.`],
    ["a private key in JSON, cut off", '"-----BEGIN PRIVATE KEY-----\\nMC4CAQAw', `"${MASK}`],
    ["the password of an address", "at postgres://app:s3cr3t-word@db:5432/x", `at postgres://app:${MASK}@db:5432/x`],
    ["a password with a colon", "https://u:a:b@git.example/x", `https://u:${MASK}@git.example/x`],
  ])("%s is masked", (_what, text, masked) => expect(maskTokens(text)).toBe(masked));

  test.each(["https://api.github.com/repos/a/b", "ghs_", "the bearer of it", "postgres://db:5432/x and me@example.com", "csk_ and eyJ"])(
    "and this stays: %s",
    (text) => expect(maskTokens(text)).toBe(text),
  );
});
