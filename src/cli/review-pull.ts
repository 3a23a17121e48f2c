import { Refusal } from "../gate/ports.ts";
import { escapeTerminal } from "../report/terminal-escape.ts";
import { type CliContext, EXIT } from "./io.ts";

const SHORT = /^([A-Za-z0-9-]{1,39})\/([\w.-]{1,100})#([1-9]\d{0,8})$/;
const ADDRESS = /^https:\/\/([^/]+)\/([A-Za-z0-9-]{1,39})\/([\w.-]{1,100})\/pull\/([1-9]\d{0,8})\/?$/;

export interface PullName {
  /** null = whatever GitHub GITHUB_API_URL names. */
  readonly host: string | null;
  readonly owner: string;
  readonly name: string;
  readonly number: number;
}

/** `owner/repo#7` or its address; null = something else, the id of a submission. */
export function pullNamed(text: string): PullName | null {
  const short = SHORT.exec(text);
  if (short !== null) return { host: null, owner: short[1]!, name: short[2]!, number: Number(short[3]) };
  const address = ADDRESS.exec(text);
  return address === null ? null : { host: address[1]!, owner: address[2]!, name: address[3]!, number: Number(address[4]) };
}

/** A pull request is approved on GitHub: the caller's own review, by the caller's own token. The check decides what it counts for. */
export async function reviewPull(
  context: CliContext,
  pull: PullName,
  event: "APPROVE" | "REQUEST_CHANGES",
  body: string | null,
): Promise<number> {
  const token = context.env["GH_TOKEN"] || context.env["GITHUB_TOKEN"] || "";
  if (token === "")
    throw new Refusal(
      "usage",
      "a pull request is reviewed on GitHub, by you",
      "set GH_TOKEN to a token of your own that may write to pull requests",
    );
  const baseUrl = context.env["GITHUB_API_URL"] || "https://api.github.com";
  const { hostname } = new URL(baseUrl);
  const host = hostname === "api.github.com" ? "github.com" : hostname;
  if (pull.host !== null && pull.host.toLowerCase() !== host)
    throw new Refusal("usage", `${pull.host} is not the GitHub that the token is for (${host})`, "GITHUB_API_URL says which one it is");
  const { owner, name, number } = pull;
  const { url, commit } = await context.reviewPull({ token, baseUrl }, { owner, name, number, event, body });
  const what = event === "APPROVE" ? "approves" : "asks for changes to";
  context.stdout.write(`your review ${what} ${owner}/${name}#${number} at ${commit.slice(0, 7)}: ${escapeTerminal(url)}\n`);
  context.stderr.write("countersign: the check on the pull request says what it counts for\n");
  return EXIT.success;
}
