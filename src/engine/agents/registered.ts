import type { Facts } from "../facts.ts";
import type { AgentRegistration } from "./model.ts";

/** The agents registered at the trusted commit; none where the registry cannot be read, which is a problem of its own. */
export function registrations({ agents }: Pick<Facts, "agents">): readonly AgentRegistration[] {
  return agents?.registry.status === "ok" ? agents.registry.agents : [];
}
