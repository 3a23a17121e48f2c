import { type Command, InvalidArgumentError, Option } from "commander";
import { type AccessStore, type ApiKey, Refusal, type Scope, type Tenant } from "../gate/ports.ts";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { terminalJson } from "../report/visible.ts";
import { type CliContext, EXIT } from "./io.ts";

const SCOPES = ["submit", "read", "plan"] as const satisfies readonly Scope[];
const DAY_MS = 86_400_000;

interface CreateOptions {
  readonly tenant: string;
  readonly name: string;
  readonly scope: Scope[];
  readonly days?: number;
  readonly format: "text" | "json";
}

/** `countersign key …`: keys of pipelines, on the server's own database. */
export function addKey(program: Command, context: CliContext, done: (code: number) => void): void {
  const key = program
    .command("key")
    .description("API keys for pipelines and runtimes, in the server's database (DATABASE_URL or DATA_DIR)");
  const tenant = () =>
    new Option("--tenant <organisation>", "login of the organisation or person whose records it opens").makeOptionMandatory();
  const format = () => new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text");
  key
    .command("create")
    .description("make a key; its secret is shown once")
    .addOption(tenant())
    .requiredOption("--name <name>", "what it is for", named)
    .addOption(new Option("--scope <scope...>", "what it may do").choices(SCOPES).makeOptionMandatory())
    .option("--days <count>", "when it runs out; default: when it is revoked", days)
    .addOption(format())
    .action(async (options: CreateOptions) => done(await within(context, (access) => create(context, access, options))));
  key
    .command("list")
    .description("keys of a tenant, newest first")
    .addOption(tenant())
    .addOption(format())
    .action(async (options: CreateOptions) => done(await within(context, (access) => list(context, access, options))));
  key
    .command("revoke")
    .description("refuse a key from now on")
    .argument("<id>", "its id, as `key list` shows it")
    .addOption(tenant())
    .action(async (id: string, options: CreateOptions) =>
      done(await within(context, (access) => revoke(context, access, id, options.tenant))),
    );
}

async function within(context: CliContext, act: (access: AccessStore) => Promise<number>): Promise<number> {
  const { access, close } = await context.openAccess();
  try {
    return await act(access);
  } finally {
    await close();
  }
}

async function create(context: CliContext, access: AccessStore, options: CreateOptions): Promise<number> {
  const { id } = await tenantNamed(access, options.tenant);
  const expiresAt = options.days === undefined ? null : new Date(context.clock.now().getTime() + options.days * DAY_MS).toISOString();
  const { key, secret } = await access.createKey(id, { name: options.name, scopes: options.scope, createdBy: null, expiresAt });
  if (options.format === "json") context.stdout.write(terminalJson({ ...key, secret }));
  else context.stdout.write(`${secret}\n`);
  context.stderr.write(`countersign: key ${key.id} (${key.scopes.join(", ")}); its secret is shown only now\n`);
  return EXIT.success;
}

async function list(context: CliContext, access: AccessStore, { tenant, format }: CreateOptions): Promise<number> {
  const keys = await access.apiKeys((await tenantNamed(access, tenant)).id);
  if (format === "json") context.stdout.write(terminalJson(keys));
  else
    for (const key of keys)
      context.stdout.write(
        `${key.id}  ${key.prefix}…  ${key.scopes.join(",")}  ${stateOf(key, context.clock.now())}  ${escapeTerminal(key.name)}\n`,
      );
  return EXIT.success;
}

async function revoke(context: CliContext, access: AccessStore, id: string, login: string): Promise<number> {
  const key = await access.revokeKey((await tenantNamed(access, login)).id, id, null);
  if (key === null) throw new Refusal("not_found", `${login} has no key ${id}`, "countersign key list --tenant shows them");
  context.stdout.write(`${key.id} is revoked since ${key.revokedAt}\n`);
  return EXIT.success;
}

async function tenantNamed(access: AccessStore, login: string): Promise<Tenant> {
  const all = await access.tenants();
  const [found, ...more] = all.filter((tenant) => tenant.login.toLowerCase() === login.toLowerCase());
  if (found === undefined || more.length > 0)
    throw new Refusal(
      "not_found",
      found === undefined ? `this server knows no ${login}` : `several accounts went by the name ${login}`,
      found === undefined ? "an account is known from its first delivery or sign-in on" : "make the key in the Station: POST /api/v1/keys",
    );
  return found;
}

function stateOf(key: ApiKey, now: Date): string {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt}`;
  if (key.expiresAt === null) return "valid";
  return Date.parse(key.expiresAt) <= now.getTime() ? `ran out ${key.expiresAt}` : `valid until ${key.expiresAt}`;
}

function named(text: string): string {
  if (text.trim() === "" || text.length > 100) throw new InvalidArgumentError("1 to 100 characters");
  return text.trim();
}

function days(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1 || count > 3650) throw new InvalidArgumentError("a whole number of days, 1 to 3650");
  return count;
}
