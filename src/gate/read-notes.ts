import type { Problem } from "../engine/problem.ts";
import type { GatherDeps } from "./deps.ts";
import type { PullTruth } from "./ports.ts";

/** What people should know and the verdict does not depend on: whom GitHub would not ask, and who posts under our name. */
export async function readNotes({ ledger }: GatherDeps, key: string, pull: PullTruth): Promise<readonly Problem[]> {
  const [requests, foreign] = await Promise.all([ledger.reviewRequests(key), ledger.foreignChecks(pull.repository.id, pull.headSha)]);
  const refused = requests
    .filter(({ status }) => status === "refused")
    .map(({ target, reason }) =>
      note(
        "E008",
        `${target.slice(5)} could not be asked for a review: ${reason ?? "GitHub refused"}`,
        "ask them yourself, or give the team read access",
      ),
    );
  const posed = foreign.map(({ name, kind, source }) =>
    note(
      "E009",
      `a ${kind === "run" ? "check run" : "commit status"} named \`${name}\` by ${source} is not from this app`,
      "require this check from this app, not from any source",
    ),
  );
  return [...refused, ...posed];
}

function note(code: Problem["code"], message: string, hint: string): Problem {
  return { code, message, file: null, line: null, severity: "warning", hint };
}
