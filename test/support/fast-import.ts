import { execFileSync } from "node:child_process";

export interface ImportedCommit {
  readonly message: string;
  /** null deletes. */
  readonly files: Readonly<Record<string, string | null>>;
}

/** Thousands of commits on one branch in one go: a minute apart, by one author. */
export function fastImport(repository: string, commits: Iterable<ImportedCommit>, branch = "main"): void {
  const parts: string[] = [];
  let index = 0;
  for (const { message, files } of commits) {
    const at = 1_700_000_000 + 60 * index;
    parts.push(`commit refs/heads/${branch}\ncommitter Alice <alice@example.com> ${at} +0000\n${data(message)}`);
    for (const [path, content] of Object.entries(files))
      parts.push(content === null ? `D ${JSON.stringify(path)}\n` : `M 100644 inline ${JSON.stringify(path)}\n${data(content)}`);
    index += 1;
  }
  execFileSync("git", ["fast-import", "--quiet", "--date-format=raw"], { cwd: repository, input: parts.join(""), maxBuffer: 1 << 28 });
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
