import type { Problem } from "../problem.ts";
import type { Config, PolicySet } from "./model.ts";

/**
 * Roles that were mapped, are asked for, and would no longer be: whoever asked for a role of the team would be answered by anybody in it,
 * and nobody would have said so.
 */
export function unmappedAnew(before: PolicySet, after: PolicySet): readonly Problem[] {
  return after.policies.flatMap(({ name, file, line, mode, approvers }) =>
    approvers
      .flatMap(({ role }) => role ?? [])
      .filter((role) => mode === "enforce" && Object.hasOwn(before.config.roles, role) && !Object.hasOwn(after.config.roles, role))
      .map((role): Problem => {
        const message = `\`${name}\` asks for the role \`${role}\`, which would no longer be mapped under \`roles\``;
        const hint = "keep the mapping, or take `role` out of the policy";
        return { code: "E002", message, file, line, severity: "error", hint };
      }),
  );
}

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
