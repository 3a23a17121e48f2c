import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG, POLICIES } from "../test/demo/sample.ts";

export const FIELDS = 20;
export const CHANGED = 10;

/** A repository of `contracts` contracts, each fed by the one before it, with ten stripped of a tag on the branch `work`. */
export function makeRepository(contracts: number): string {
  const path = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: path, stdio: "ignore" });
  const write = (index: number, tag: string) => {
    const folder = join(path, "contracts", String(Math.floor(index / 500)));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `c${index}.odcs.yaml`), contract(index, tag));
  };
  git("init", "-q", "--initial-branch=main");
  git("config", "user.name", "bench");
  git("config", "user.email", "bench@example.com");
  git("config", "gc.auto", "0");
  mkdirSync(join(path, ".choochoo"));
  writeFileSync(join(path, ".choochoorc"), CONFIG);
  writeFileSync(join(path, ".choochoo/approval-policies.yaml"), POLICIES);
  for (let index = 0; index < contracts; index += 1) write(index, "\n        tags: [pii]");
  git("add", "-A");
  git("commit", "-qm", "base");
  git("checkout", "-qb", "work");
  for (let index = 0; index < CHANGED; index += 1) write(index * Math.floor(contracts / CHANGED), "");
  git("commit", "-qam", "strip");
  // As a clone has it: one pack, so that neither size pays for loose objects.
  git("repack", "-adq");
  return path;
}

function contract(index: number, tag: string): string {
  const fields = Array.from(
    { length: FIELDS },
    (_, field) =>
      `      - name: field_${field}\n        logicalType: string\n        description: Field ${field} of table ${index}${field === 3 ? tag : ""}`,
  );
  const link = index === 0 ? "" : `\n        relationships: [{to: table_${index - 1}.field_0}]`;
  return `apiVersion: v3.1.0\nkind: DataContract\nid: c${index}\nversion: 1.0.0\nstatus: active\nschema:\n  - name: table_${index}\n    properties:\n${fields.join("\n")}${link}\n`;
}
