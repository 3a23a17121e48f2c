import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { POLICY_FILES } from "../gate/read-policy.ts";
import { readText } from "./given-file.ts";
import { type CliContext, EXIT } from "./io.ts";
import { openStation, type Station } from "./station-client.ts";
import { StationFailure } from "./station-failure.ts";

interface Options {
  readonly server?: string;
  readonly policy?: string;
  readonly config?: string;
  readonly expectedVersion?: number;
}

const pushed = z.object({ version: z.number(), digest: z.string() });

/** `countersign policy push`: what decides about submissions of repositories that the app does not know. */
export function addPolicyPush(policy: Command, context: CliContext, done: (code: number) => void): void {
  policy
    .command("push")
    .description("bring a policy in force on a server, for submissions; takes an admin")
    .argument("[path]", "the folder that holds .choochoo/approval-policies.yaml and .choochoorc", ".")
    .option("--policy <file>", "this policy file instead")
    .option("--config <file>", "this .choochoorc instead")
    .option("--server <url>", "the server; default: COUNTERSIGN_URL")
    .option("--expected-version <number>", "the version that you have seen, 0 = none; default: the newest", wholeNumber)
    .action(async (path: string, options: Options) => done(await push(context, path, options)));
}

async function push(context: CliContext, path: string, options: Options): Promise<number> {
  const station = await openStation(context, options.server, "person");
  const [config, policies] = POLICY_FILES.map((file) => join(path, file.path));
  const configFile = options.config ?? (existsSync(resolve(context.cwd, config!)) ? config! : null);
  const body = {
    policies: await readText(context, options.policy ?? policies!),
    config: configFile === null ? null : await readText(context, configFile),
    expected_version: options.expectedVersion ?? (await newestVersion(station)),
  };
  const { version, digest } = await station.request(pushed, "PUT", "/api/v1/policy", body);
  const isNew = version !== body.expected_version;
  context.stdout.write(`version ${version} ${isNew ? "is in force now" : "is in force already: these files are it"}; digest ${digest}\n`);
  return EXIT.success;
}

async function newestVersion(station: Station): Promise<number> {
  try {
    return (await station.request(pushed, "GET", "/api/v1/policy")).version;
  } catch (error) {
    if (error instanceof StationFailure && error.code === "NOT_FOUND") return 0;
    throw error;
  }
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("must be a whole number");
}
