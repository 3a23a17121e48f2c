import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { PolicySource } from "../engine/policy/model.ts";
import { Refusal } from "../gate/ports.ts";
import type { PolicySuite } from "../gate/test-policies.ts";
import { readSource } from "./given-file.ts";
import type { CliContext } from "./io.ts";

const CASES = /\.cases\.ya?ml$/;
const POLICIES = /^approval-policies\.ya?ml$/;
const NEVER_INSIDE = new Set(["node_modules", ".git", "dist"]);
const FILES_MAX = 20_000;

/** Policy files that a path stands for, relative to the current folder, in order. */
export async function policyFiles(context: CliContext, path: string): Promise<readonly string[]> {
  const target = resolve(context.cwd, path);
  const found = await stat(target).catch(() => null);
  if (found === null) throw new Refusal("not_found", `no such path: ${path}`);
  const shown = (file: string) => relative(context.cwd, file) || file;
  if (!found.isDirectory()) return [shown(CASES.test(target) ? await policiesBeside(target) : target)];
  const files = await filesUnder(target);
  const named = files.filter((file) => POLICIES.test(basename(file)));
  const beside = await Promise.all(files.filter((file) => CASES.test(file)).map(policiesBeside));
  return [...new Set([...named, ...beside].map(shown))].sort();
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      if (entry.isDirectory() && !NEVER_INSIDE.has(entry.name)) open.push(join(next, entry.name));
      else if (entry.isFile()) files.push(join(next, entry.name));
    }
    if (files.length > FILES_MAX)
      throw new Refusal("usage", `more than ${FILES_MAX} files in ${folder}`, "name the folder of the policies");
  }
  return files;
}

async function policiesBeside(cases: string): Promise<string> {
  return (await firstThere(namesOf(cases.replace(CASES, "")))) ?? cases.replace(CASES, ".yaml");
}

export async function suiteOf(context: CliContext, file: string, config: PolicySource | null): Promise<PolicySuite> {
  const at = resolve(context.cwd, file);
  const cases = await firstThere(namesOf(`${at.replace(/\.ya?ml$/, "")}.cases`));
  const folder = dirname(at);
  const beside = await firstThere([
    join(folder, ".choochoorc"),
    ...(basename(folder) === ".choochoo" ? [join(folder, "..", ".choochoorc")] : []),
  ]);
  const source = (kind: PolicySource["kind"], path: string) => readSource(context, kind, relative(context.cwd, path));
  return {
    policies: await source("policies", at),
    config: config ?? (beside === null ? null : await source("config", beside)),
    cases: cases === null ? null : await source("policies", cases),
  };
}

function namesOf(stem: string): readonly string[] {
  return [`${stem}.yaml`, `${stem}.yml`];
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await stat(path).catch(() => null))?.isFile() === true) return path;
  return null;
}
