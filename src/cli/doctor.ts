import { type Command, Option } from "commander";
import { examineProtection, protectionExitCode } from "../gate/doctor.ts";
import { Refusal } from "../gate/ports.ts";
import { examineServer, serverExitCode } from "../gate/server-doctor.ts";
import { renderDoctor, renderDoctorJson, renderOneLogin } from "../report/doctor.ts";
import { renderServerDoctor, renderServerDoctorJson } from "../report/server-doctor.ts";
import { type CliContext, type EXIT, wantsColor } from "./io.ts";

interface Options {
  readonly server?: boolean;
  readonly repo?: string;
  readonly appId?: string;
  readonly format: string;
}

/** `countersign doctor`: whether the check really gates the repository on GitHub. */
export function addDoctor(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("doctor")
    .description("say whether GitHub requires the check from our app on every governed branch (reads GITHUB_TOKEN, or the app's key)")
    .option("--server", "say instead whether the server that this environment configures can do its work")
    .option("--repo <owner/name>", "the repository; default: GITHUB_REPOSITORY")
    .option("--app-id <id>", "our GitHub App; default: APP_ID")
    .addOption(new Option("--format <format>", "how it is shown").choices(["text", "json"]).default("text"))
    .action(async (options: Options) => done(await doctor(context, options)));
}

async function doctor(context: CliContext, options: Options): Promise<number> {
  if (options.server === true) return serverDoctor(context, options);
  const named = options.repo ?? context.env["GITHUB_REPOSITORY"] ?? "";
  const [owner, name, ...rest] = named.split("/");
  if (!owner || !name || rest.length > 0)
    throw new Refusal(
      "usage",
      named === "" ? "no repository is named" : `\`${named}\` is no repository`,
      "countersign doctor --repo owner/name",
    );
  const { deps, ref } = await context.openDoctor({ owner, name, appId: appIdOf(options.appId ?? context.env["APP_ID"]) });
  const found = await examineProtection(deps, ref);
  if (found.status === "not_enrolled")
    throw new Refusal(
      "config",
      `${named} is not enrolled: its default branch has no .choochoorc and no policy`,
      "countersign init writes them",
    );
  if (found.status === "unguarded") throw new Refusal("config", `${named} cannot be gated: ${found.because}`);
  const { verdict } = found;
  context.stdout.write(options.format === "json" ? renderDoctorJson(verdict) : renderDoctor(verdict, { color: wantsColor(context) }));
  const storage = await context.storage();
  if (storage?.logins === "one") context.stderr.write(renderOneLogin(storage.excess));
  return protectionExitCode(verdict) satisfies (typeof EXIT)[keyof typeof EXIT];
}

async function serverDoctor(context: CliContext, { format, repo, appId }: Options): Promise<number> {
  if (repo !== undefined || appId !== undefined)
    throw new Refusal("usage", "--server takes neither --repo nor --app-id", "countersign doctor --server");
  const { deps, close } = await context.openServerDoctor();
  try {
    const findings = await examineServer(deps);
    context.stdout.write(
      format === "json" ? renderServerDoctorJson(findings) : renderServerDoctor(findings, { color: wantsColor(context) }),
    );
    return serverExitCode(findings) satisfies (typeof EXIT)[keyof typeof EXIT];
  } finally {
    await close();
  }
}

function appIdOf(text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id <= 0) throw new Refusal("usage", `no app id: ${text}`, "the number on the settings page of the app");
  return id;
}
