import type { Delivery } from "./deliveries.ts";
import { installationFor } from "./lookup.ts";
import type { Event, Permissions, World } from "./state.ts";
import { nodeId, organizationSimple, simpleUser } from "./views/accounts.ts";
import { repository } from "./views/repositories.ts";

export const DEFAULT_PERMISSIONS: Permissions = {
  administration: "read",
  checks: "write",
  contents: "read",
  issues: "write",
  members: "read",
  merge_queues: "read",
  metadata: "read",
  pull_requests: "write",
  statuses: "write",
};

export const DEFAULT_EVENTS = [
  "branch_protection_rule",
  "check_run",
  "check_suite",
  "issue_comment",
  "issues",
  "label",
  "membership",
  "merge_group",
  "organization",
  "pull_request",
  "pull_request_review",
  "push",
  "repository",
  "repository_ruleset",
  "team",
] as const;

/** Sent to every app without subscription. */
const ALWAYS = new Set(["installation", "installation_repositories"]);

type Enqueue = (event: Pick<Delivery, "event" | "action" | "installationId" | "repositoryId" | "body">) => void;

/** Turns a state change into the payload that the installed app gets; nothing when it is not installed, suspended or not subscribed. */
export function createEmitter(world: World, enqueue: Enqueue): (event: Event) => void {
  return function emit(event) {
    const installation = installationFor(world, event.owner.id, event.repo);
    const always = ALWAYS.has(event.name);
    if (installation === null || (installation.suspendedAt !== null && !always)) return;
    if (!always && !world.app.events.includes(event.name)) return;
    const body = {
      ...(event.action === null ? {} : { action: event.action }),
      ...event.payload,
      ...(event.repo === null ? {} : { repository: repository(world, event.repo) }),
      ...(event.owner.type === "Organization" ? { organization: organizationSimple(world, event.owner) } : {}),
      ...(event.payload["installation"] ? {} : { installation: { id: installation.id, node_id: nodeId("Installation", installation.id) } }),
      sender: simpleUser(world, event.sender),
    };
    const ids = { installationId: installation.id, repositoryId: event.repo?.id ?? null };
    enqueue({ event: event.name, action: event.action, ...ids, body: JSON.stringify(body) });
  };
}
