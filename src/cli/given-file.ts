import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { PolicySource } from "../engine/policy/model.ts";
import { Refusal } from "../gate/ports.ts";
import type { CliContext } from "./io.ts";

/** A policy or configuration file that a flag names, in place of the one in the repository. */
export async function readSource(context: CliContext, kind: PolicySource["kind"], file: string): Promise<PolicySource> {
  return { origin: "repo", kind, path: file, mode: "100644", blob: `file:${file}`, text: await readText(context, file), unreadable: null };
}

/** @throws Refusal when it is not there, cannot be read, or is not UTF-8. */
export async function readText(context: CliContext, file: string): Promise<string> {
  const bytes = await readFile(resolve(context.cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      error.code === "ENOENT" ? "not_found" : "config",
      error.code === "ENOENT" ? `no such file: ${file}` : `${file} cannot be read: ${error.message}`,
    );
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal("config", `${file} is not UTF-8 text`);
  }
}
