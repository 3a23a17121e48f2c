import type { Rows } from "./bundle.ts";

/** Why the recorded votes do not fill the recorded slots; empty = they do, or the approval was forced under a recorded override. */
export function slotFaults(predicate: Rows, approval: Rows, artifact: Rows | undefined): readonly string[] {
  const kind = approval["kind"];
  // Statements of earlier versions tell of a forced submission's override by the record alone, whose digest they hold.
  const isTold = predicate["override"] !== null || typeof approval["overrideId"] === "string";
  if (kind === "forced") return isTold ? [] : ["it was forced, and no override is recorded"];
  const requirements = listOf(predicate["requirements"]);
  const voters = new Set<unknown>();
  const faults: string[] = [];
  for (const requirement of requirements) {
    const votes = listOf(requirement["votes"]);
    const people = new Set(votes.map((vote) => vote["person"]));
    const name = String(requirement["team"] ?? requirement["role"] ?? "the people it names");
    const needed = Number(requirement["minApprovals"]);
    if (!(people.size >= needed)) faults.push(`${name} needs ${needed} votes, and ${people.size} are recorded`);
    for (const vote of votes) {
      voters.add(vote["person"]);
      if (vote["person"] === predicate["author"]) faults.push(`the author's own vote is counted for ${name}`);
      if (!mayFill(requirement, vote)) faults.push(`account ${String(vote["person"])} was not in ${name} when it was decided`);
    }
  }
  const approvers = new Set(listOf(approval["approvedBy"]).map((person) => person["id"]));
  if (approvers.size !== voters.size || [...voters].some((person) => !approvers.has(person)))
    faults.push("the people who approved are not those whose votes are recorded");
  return [...faults, ...reviewFaults(requirements, artifact)];
}

/** A slot of a level is filled by several teams' people, and its team says only who is still asked. */
function mayFill(requirement: Rows, vote: Rows): boolean {
  const team = requirement["team"];
  const users = Array.isArray(requirement["users"]) ? requirement["users"] : [];
  const sources = Array.isArray(requirement["source"]) ? requirement["source"] : [];
  if (typeof team !== "string" || sources.some((source) => String(source).startsWith("level:"))) return true;
  const member = listOf(vote["teams"]).some(({ slug }) => String(slug).toLowerCase() === team.toLowerCase());
  return member || users.includes(vote["person"]);
}

/** The artifact tells of the same votes. */
function reviewFaults(requirements: readonly Rows[], artifact: Rows | undefined): readonly string[] {
  if (Number(artifact?.["compilerVersion"]) < 2) return [];
  const review = Object(artifact?.["reviewProjection"]) as Rows;
  const votes = (rows: readonly Rows[], key: string, person: string) =>
    JSON.stringify(rows.map((row) => listOf(row[key]).map((vote) => [vote[person], vote["reviewId"]])));
  const same = votes(requirements, "votes", "person") === votes(listOf(review["requirements"]), "approvals", "userId");
  return same ? [] : ["the artifact tells of other votes than the statement"];
}

function listOf(value: unknown): readonly Rows[] {
  return Array.isArray(value) ? value.map((item) => Object(item) as Rows) : [];
}
