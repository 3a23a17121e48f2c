import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const pem = (type: "rsa" | "ed25519") =>
  type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString()
    : generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const APP = { APP_ID: "7", PRIVATE_KEY: pem("rsa"), WEBHOOK_SECRET: SECRET };

function problems(env: Record<string, string>): string {
  const reading = readConfig(env);
  return reading.status === "ok" ? "ok" : reading.problems.join("\n");
}

describe("readConfig", () => {
  test("takes a whole configuration, and the key on one line as env files have it", () => {
    expect(problems(APP)).toBe("ok");
    expect(problems({ ...APP, PRIVATE_KEY: APP.PRIVATE_KEY.replaceAll("\n", "\\n") })).toBe("ok");
    expect(problems({})).toBe("ok");
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      "a secret that is rotated out and that anyone knows",
      { ...APP, WEBHOOK_SECRET_PREVIOUS: "secret" },
      /WEBHOOK_SECRET_PREVIOUS: a well-known/,
    ],
    ["a short secret that is rotated out", { ...APP, WEBHOOK_SECRET_PREVIOUS: "s3cr3t" }, /WEBHOOK_SECRET_PREVIOUS: 6 characters/],
    ["a short secret without an app", { WEBHOOK_SECRET: "s3cr3t" }, /WEBHOOK_SECRET: 6 characters/],
    ["a key that is none", { ...APP, PRIVATE_KEY: "hunter2hunter2" }, /PRIVATE_KEY: not an RSA private key/],
    ["a key of another kind", { ...APP, PRIVATE_KEY: pem("ed25519") }, /PRIVATE_KEY: not an RSA private key/],
    ["a database address that is none", { DATABASE_URL: "nonsense" }, /DATABASE_URL: must be postgres:/],
    ["a database of another kind", { DATABASE_URL: "mysql://localhost/x" }, /DATABASE_URL: must be postgres:/],
  ])("refuses %s", (_what, env, message) => {
    expect(problems(env)).toMatch(message);
    expect(problems(env)).not.toContain("hunter2");
  });
});
