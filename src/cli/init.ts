import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { Refusal } from "../gate/ports.ts";
import { type CliContext, EXIT } from "./io.ts";

const PACKS = fileURLToPath(new URL("../../policies", import.meta.url));

const configFor = (pack: string) => `# Countersign configuration. Everything is optional; the keys are described in docs/policies.md.
governance:
  requireApproval: [pii, gdpr]        # tags whose change always needs an approval
teams:
  designated: []                      # teams that may approve a medium or high risk, e.g. [data-stewards]
  executive: []                       # who reviews a critical risk and changes to these files; else the organisation's owners
${rolesOf(pack)}`;

/** The roles that a pack names, each mapped to the team that it stands beside: an example that narrows nothing yet. */
function rolesOf(pack: string): string {
  const pairs = new Map([...pack.matchAll(/- role: (\S+)\n\s+team: (\S+)/g)].map(([, role, team]) => [role!, team!]));
  if (pairs.size === 0) return "";
  const lines = [...pairs].map(
    ([role, team]) => `  ${`${role}: { team: ${team} }`.padEnd(35)} # who of the team may approve where a policy names this role\n`,
  );
  return `roles:\n${lines.join("")}`;
}

/** `countersign init`: writes a configuration and a policy pack with its cases. Never overwrites. */
export function addInit(program: Command, context: CliContext, done: (code: number) => void): void {
  program
    .command("init")
    .description("write .choochoorc and .choochoo/approval-policies.yaml with its cases")
    .argument("[path]", "the repository", ".")
    .option("--pack <name>", "policy pack: pii, gdpr, pci, hipaa or agents", "pii")
    .action(async (path: string, options: { pack: string }) => done(await init(context, path, options.pack)));
}

async function init(context: CliContext, path: string, pack: string): Promise<number> {
  const names = (await readdir(PACKS))
    .filter((name) => name.endsWith(".yaml") && !name.endsWith(".cases.yaml"))
    .map((name) => name.replace(/\.yaml$/, ""));
  if (!names.includes(pack)) throw new Refusal("usage", `unknown pack \`${pack}\``, `the packs are: ${names.sort().join(", ")}`);
  const repository = await context.openRepository(resolve(context.cwd, path));
  const { root, bare } = repository;
  await repository.close();
  if (bare) throw new Refusal("usage", "a bare repository has no files to write: run init in a clone");
  const policies = await readFile(join(PACKS, `${pack}.yaml`), "utf8");
  const cases = await readFile(join(PACKS, `${pack}.cases.yaml`), "utf8");
  const files = [
    { path: ".choochoorc", text: configFor(policies) },
    { path: ".choochoo/approval-policies.yaml", text: policies },
    { path: ".choochoo/approval-policies.cases.yaml", text: cases.replace(/^# Run with: .*$/m, "# Run with: countersign policy test") },
  ];
  for (const file of files) {
    const taken = await access(join(root, file.path)).then(
      () => true,
      () => false,
    );
    if (taken) throw new Refusal("config", `${file.path} is there already, nothing was written`, "edit it, or move it away first");
  }
  for (const file of files) {
    await mkdir(dirname(join(root, file.path)), { recursive: true });
    await writeFile(join(root, file.path), file.text, { flag: "wx" });
    context.stdout.write(`wrote ${file.path}\n`);
  }
  context.stdout.write(
    "\nNext:\n  1. put your own team names into all of them\n  2. countersign validate && countersign policy test\n  3. commit them on the default branch: from then on the gate is in force\n",
  );
  return EXIT.success;
}
