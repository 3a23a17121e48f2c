import { Refusal } from "../gate/ports.ts";
import { runGit } from "./process.ts";

const FIELDS = "%H%x00%an <%ae>%x00%cn <%ce>%x00%B%x00";

/** Commits between two, with who git says they are by, and their messages. */
export async function readMessages(root: string, base: string, head: string) {
  const result = await runGit(root, [
    "log",
    "--no-show-signature",
    "--encoding=UTF-8",
    `--format=tformat:${FIELDS}`,
    "--end-of-options",
    `${base}..${head}`,
    "--",
  ]);
  if (result.code !== 0) throw new Refusal("config", `git cannot list the commits of the change: ${result.stderr.split("\n")[0]}`);
  const fields = result.stdout.toString("utf8").split("\0");
  const commits = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [sha = "", author = "", committer = "", message = ""] = fields.slice(at, at + 4);
    commits.push({ sha: sha.trim(), identities: [...new Set([author, committer])], message });
  }
  return commits;
}
