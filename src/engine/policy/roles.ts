import type { Problem } from "../problem.ts";
import type { Config } from "./model.ts";

/** A role that names nobody narrows nothing: said once, so that nobody believes it does. */
export function unmappedRoles(
  entries: readonly { readonly role: string | null; readonly team: string | null }[],
  roles: Config["roles"],
): readonly Problem[] {
  const unmapped = entries.flatMap(({ role, team }) =>
    role === null || team === null || Object.hasOwn(roles, role) ? [] : [{ role, team }],
  );
  return [...new Map(unmapped.map((each) => [each.role, each])).values()].map(({ role, team }) => ({
    code: "E002",
    message: `the role \`${role}\` is not mapped under \`roles\`: any member of ${team} may approve`,
    file: ".choochoorc",
    line: null,
    severity: "warning",
    hint: "map it to a team or to users, or leave `role` out of the policy",
  }));
}
