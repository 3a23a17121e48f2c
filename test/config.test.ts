import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig, secretsOf } from "../src/config.ts";

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

  test("paces writes as GitHub asks unless told otherwise", () => {
    const interval = (env: Record<string, string>) => {
      const reading = readConfig({ ...APP, ...env });
      return reading.status === "ok" ? reading.config.github?.writeIntervalMs : reading.problems.join();
    };
    expect([interval({}), interval({ GITHUB_WRITE_INTERVAL_MS: "0" }), interval({ GITHUB_WRITE_INTERVAL_MS: "250" })]).toEqual([
      1000, 0, 250,
    ]);
    expect(interval({ GITHUB_WRITE_INTERVAL_MS: "-1" })).toMatch(/^GITHUB_WRITE_INTERVAL_MS: /);
    expect(interval({ GITHUB_WRITE_INTERVAL_MS: "soon" })).toMatch(/^GITHUB_WRITE_INTERVAL_MS: /);
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
    [
      "a public address outside production",
      { HOST: "0.0.0.0" },
      /NODE_ENV: must be production when HOST \(0\.0\.0\.0\).*HOST=127\.0\.0\.1/,
    ],
    ["a public IPv6 address outside production", { HOST: "::", NODE_ENV: "development" }, /NODE_ENV: must be production/],
    ["a short metrics token", { METRICS_TOKEN: "hunter2hunter2" }, /METRICS_TOKEN: 14 characters, at least 24/],
    ["metrics for strangers", { METRICS_LISTEN: "0.0.0.0:9464" }, /METRICS_LISTEN: 0\.0\.0\.0 is no loopback address, so METRICS_TOKEN/],
    ["metrics at no address", { METRICS_LISTEN: "9464" }, /METRICS_LISTEN: must be <address>:<port>/],
    ["metrics at no port", { METRICS_LISTEN: "127.0.0.1:65536" }, /METRICS_LISTEN: must be <address>:<port>/],
    ["no number in words", { PORT: "http" }, /^PORT: must be a whole number from 0 to 65535$/],
    ["a number as no operator writes it", { ...APP, GITHUB_WRITE_INTERVAL_MS: " " }, /^GITHUB_WRITE_INTERVAL_MS: must be a whole number/],
    ["a number of another base", { ...APP, APP_ID: "0x7" }, /^APP_ID: must be the number that the app's settings/],
    [
      "GitHub's site for its API",
      { ...APP, GITHUB_BASE_URL: "https://github.com" },
      /^GITHUB_BASE_URL: must be https:\/\/api\.github\.com/,
    ],
    ["an API with a user", { ...APP, GITHUB_BASE_URL: "https://u:hunter2@h/api/v3" }, /^GITHUB_BASE_URL: .*without user/],
    [
      "a public address with a user, who would stand in checks",
      { PUBLIC_URL: "https://u:hunter2@c.example" },
      /^PUBLIC_URL: .*without user/,
    ],
    ["a public address that nothing can follow", { PUBLIC_URL: "https://c.example/?a=1" }, /^PUBLIC_URL: .*query/],
    ["an empty database address", { DATABASE_URL: "" }, /^DATABASE_URL: is empty; set it to postgres:/],
    [
      "a secret with the line break of its file",
      { ...APP, WEBHOOK_SECRET: `${SECRET}\n` },
      /^WEBHOOK_SECRET: begins or ends with white space/,
    ],
    ["a secret of blanks", { ...APP, WEBHOOK_SECRET: " ".repeat(20) }, /^WEBHOOK_SECRET: begins or ends with white space/],
    ["all that is wrong at once", { ...APP, PORT: "x", WEBHOOK_SECRET: "s3cr3t" }, /^PORT: .*\nWEBHOOK_SECRET: 6 characters/],
    ["a log level in capitals", { LOG_LEVEL: "INFO" }, /^LOG_LEVEL: must be one of trace, debug, info/],
    ["a database of another kind", { DATABASE_URL: "mysql://localhost/x" }, /DATABASE_URL: must be postgres:/],
  ])("refuses %s", (_what, env, message) => {
    expect(problems(env)).toMatch(message);
    expect(problems(env)).not.toContain("hunter2");
  });
});

describe("who may come into the Station", () => {
  const PEOPLE = { GITHUB_CLIENT_ID: "Iv23li", GITHUB_CLIENT_SECRET: "s", SESSION_SECRET: SECRET, PUBLIC_URL: "https://station.example" };

  test("is read whole, and nobody signs in without it", () => {
    const roles = "acme/Security:4711=approver, acme/data=developer,acme=auditor";
    const env = {
      ...APP,
      ...PEOPLE,
      SESSION_SECRET_PREVIOUS: `${SECRET}-old`,
      STATION_ROLES: roles,
      TRUSTED_PROXIES: "10.0.0.0/8, ::1",
      RATE_LIMIT_APPROVE: "5",
    };
    const reading = readConfig(env);
    expect(reading.status === "ok" && reading.config.station).toEqual({
      signIn: { clientId: "Iv23li", clientSecret: "s", sessionSecrets: [SECRET, `${SECRET}-old`] },
      roles: [
        { organization: "acme", team: { slug: "security", id: 4711 }, role: "approver" },
        { organization: "acme", team: { slug: "data", id: null }, role: "developer" },
        { organization: "acme", team: null, role: "auditor" },
      ],
      trustedProxies: ["10.0.0.0/8", "::1"],
      limits: { approve: 5, person: 600, address: 1200, signIn: 30 },
    });
    const bare = readConfig(APP);
    expect(bare.status === "ok" && bare.config.station?.signIn).toBeNull();
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["a short secret", { ...APP, ...PEOPLE, SESSION_SECRET: "short" }, /SESSION_SECRET: 5 characters, at least 32/],
    [
      "a short secret that is rotated out",
      { ...APP, ...PEOPLE, SESSION_SECRET_PREVIOUS: "short" },
      /SESSION_SECRET_PREVIOUS: 5 characters/,
    ],
    ["no client secret", { ...APP, ...PEOPLE, GITHUB_CLIENT_SECRET: "" }, /GITHUB_CLIENT_SECRET: missing/],
    ["no session secret", { ...APP, ...PEOPLE, SESSION_SECRET: "" }, /SESSION_SECRET: missing/],
    ["roles and no sign-in", { ...APP, STATION_ROLES: "acme=auditor" }, /GITHUB_CLIENT_ID: missing/],
    ["no app", PEOPLE, /APP_ID: missing/],
    ["no address", { ...APP, ...PEOPLE, PUBLIC_URL: "" }, /PUBLIC_URL: missing/],
    ["an address in the clear", { ...APP, ...PEOPLE, PUBLIC_URL: "http://station.example" }, /PUBLIC_URL: must be https/],
    ["a role that is none", { ...APP, ...PEOPLE, STATION_ROLES: "acme/x=admin" }, /STATION_ROLES: `acme\/x=admin`/],
    ["a proxy that is none", { TRUSTED_PROXIES: "proxy.example" }, /TRUSTED_PROXIES: `proxy.example`/],
    ["everybody as a proxy", { TRUSTED_PROXIES: "0.0.0.0/0" }, /TRUSTED_PROXIES/],
    ["a limit of nothing", { RATE_LIMIT_APPROVE: "0" }, /RATE_LIMIT_APPROVE: a whole number/],
  ])("refuses %s", (_what, env, message) => expect(problems(env)).toMatch(message));
});

describe("what the operator's tools may ask", () => {
  const metrics = (env: Record<string, string>) => {
    const reading = readConfig(env);
    return reading.status === "ok" ? reading.config.operations?.metrics : reading.problems;
  };
  test("is nothing by default, and else under the server's address or under one of its own", () => {
    expect(metrics({})).toBeNull();
    expect(metrics({ METRICS_TOKEN: SECRET })).toEqual({ token: SECRET, listen: null });
    expect(metrics({ METRICS_LISTEN: "127.0.0.1:9464" })).toEqual({ token: null, listen: { host: "127.0.0.1", port: 9464 } });
    expect(metrics({ METRICS_LISTEN: "[::]:9464", METRICS_TOKEN: SECRET })).toEqual({ token: SECRET, listen: { host: "::", port: 9464 } });
    expect(metrics({ HOST: "0.0.0.0", NODE_ENV: "production" })).toBeNull();
    expect(metrics({ HOST: "127.0.0.2" })).toBeNull();
  });
});

describe("T82: a key that others can read", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-keys-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  test.each([
    ["PRIVATE_KEY_PATH", "rsa", { APP_ID: "7", WEBHOOK_SECRET: SECRET }],
    ["AUDIT_SIGNING_KEY_PATH", "ed25519", {}],
  ] as const)("is refused at %s, by its group too", (name, kind, env) => {
    const path = join(folder, kind);
    writeFileSync(path, pem(kind), { mode: 0o600 });
    expect(problems({ ...env, [name]: path })).toBe("ok");
    const inline = name.slice(0, -"_PATH".length);
    expect(problems({ ...env, [name]: path, [inline]: pem(kind) })).toContain(`${inline}: set, and ${name} as well; keep one of them`);
    for (const mode of [0o640, 0o604, 0o644]) {
      chmodSync(path, mode);
      expect(problems({ ...env, [name]: path })).toContain(`${name}: ${path} is readable by others; chmod 600 ${path}`);
    }
  });

  test("is refused at NOTIFY_FILE; what it holds is masked in the log", () => {
    const path = join(folder, "notify.json");
    const secret = "0123456789abcdef";
    const url = "https://hooks.slack.com/services/T0/B0/x";
    const targets = [
      { name: "chat", kind: "slack", url, accounts: ["acme"] },
      { name: "audit", kind: "webhook", url: "https://audit.example", secret, accounts: [7] },
    ];
    writeFileSync(path, JSON.stringify({ targets }), { mode: 0o600 });
    const reading = readConfig({ NOTIFY_FILE: path });
    expect(reading).toMatchObject({
      config: {
        notifyTargets: [
          { name: "chat", secret: null },
          { name: "audit", secret },
        ],
      },
    });
    if (reading.status === "ok") expect(secretsOf(reading.config)).toEqual(expect.arrayContaining([url, secret]));
    expect(readConfig({})).toMatchObject({ config: { notifyTargets: [] } });
    chmodSync(path, 0o640);
    expect(problems({ NOTIFY_FILE: path })).toContain(`NOTIFY_FILE: ${path} is readable by others; chmod 600 ${path}`);
    expect(problems({ NOTIFY_FILE: `${path}.gone` })).toContain("cannot be read");
  });
});
