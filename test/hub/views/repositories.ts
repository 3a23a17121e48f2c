import { accountById, fullName } from "../lookup.ts";
import type { Activity, Label, Protection, Repo, Ruleset, World } from "../state.ts";
import { HTML_URL, nodeId, organizationSimple, simpleUser, userOrNull } from "./accounts.ts";

/** URL templates that every repository object repeats. */
const URLS = {
  archive: "/{archive_format}{/ref}",
  assignees: "/assignees{/user}",
  blobs: "/git/blobs{/sha}",
  branches: "/branches{/branch}",
  collaborators: "/collaborators{/collaborator}",
  comments: "/comments{/number}",
  commits: "/commits{/sha}",
  compare: "/compare/{base}...{head}",
  contents: "/contents/{+path}",
  contributors: "/contributors",
  deployments: "/deployments",
  downloads: "/downloads",
  events: "/events",
  forks: "/forks",
  git_commits: "/git/commits{/sha}",
  git_refs: "/git/refs{/sha}",
  git_tags: "/git/tags{/sha}",
  hooks: "/hooks",
  issue_comment: "/issues/comments{/number}",
  issue_events: "/issues/events{/number}",
  issues: "/issues{/number}",
  keys: "/keys{/key_id}",
  labels: "/labels{/name}",
  languages: "/languages",
  merges: "/merges",
  milestones: "/milestones{/number}",
  notifications: "/notifications{?since,all,participating}",
  pulls: "/pulls{/number}",
  releases: "/releases{/id}",
  stargazers: "/stargazers",
  statuses: "/statuses/{sha}",
  subscribers: "/subscribers",
  subscription: "/subscription",
  tags: "/tags",
  teams: "/teams",
  trees: "/git/trees{/sha}",
} as const;

export function repoUrl(world: World, repo: Repo): string {
  return `${world.url}/repos/${fullName(world, repo)}`;
}

export function repoHtmlUrl(world: World, repo: Repo): string {
  return `${HTML_URL}/${fullName(world, repo)}`;
}

export function minimalRepository(world: World, repo: Repo) {
  const url = repoUrl(world, repo);
  return {
    id: repo.id,
    node_id: nodeId("Repository", repo.id),
    name: repo.name,
    full_name: fullName(world, repo),
    owner: simpleUser(world, accountById(world, repo.ownerId)),
    private: repo.private,
    html_url: repoHtmlUrl(world, repo),
    description: null,
    fork: repo.forkOf !== null,
    url,
    ...Object.fromEntries(Object.entries(URLS).map(([name, path]) => [`${name}_url`, url + path])),
  };
}

export function repository(world: World, repo: Repo) {
  const html = repoHtmlUrl(world, repo);
  const open = [...repo.issues.values()].filter((issue) => issue.state === "open").length;
  const forks = [...world.repos.values()].filter((other) => other.forkOf === repo.id).length;
  return {
    ...minimalRepository(world, repo),
    git_url: `git://github.test/${fullName(world, repo)}.git`,
    ssh_url: `git@github.test:${fullName(world, repo)}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks,
    forks_count: forks,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 1,
    default_branch: repo.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: repo.archived ?? false,
    disabled: false,
    visibility: repo.private ? "private" : "public",
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    pushed_at: repo.pushedAt,
    created_at: repo.createdAt,
    updated_at: repo.createdAt,
  };
}

export function fullRepository(world: World, repo: Repo) {
  const owner = accountById(world, repo.ownerId);
  const parent = repo.forkOf === null ? undefined : world.repos.get(repo.forkOf);
  return {
    ...repository(world, repo),
    subscribers_count: 0,
    network_count: 0,
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    ...(owner.type === "Organization" ? { organization: simpleUser(world, owner) } : {}),
    ...(parent === undefined ? {} : { parent: repository(world, parent), source: repository(world, parent) }),
  };
}

export function ownerOrganization(world: World, repo: Repo) {
  const owner = accountById(world, repo.ownerId);
  return owner.type === "Organization" ? { organization: organizationSimple(world, owner) } : {};
}

export function labelView(world: World, repo: Repo, label: Label) {
  return {
    id: label.id,
    node_id: nodeId("Label", label.id),
    url: `${repoUrl(world, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: "",
    color: "ededed",
    default: false,
  };
}

export function activityView(world: World, activity: Activity) {
  return {
    id: activity.id,
    node_id: nodeId("PushActivity", activity.id),
    before: activity.before,
    after: activity.after,
    ref: activity.ref,
    timestamp: activity.timestamp,
    activity_type: activity.type,
    actor: userOrNull(world, activity.actorId),
  };
}

/** The short form inside a branch: the checks only. */
export function branchProtectionSummary(protection: Protection | undefined) {
  const checks = protection?.requiredChecks ?? [];
  return {
    enabled: protection !== undefined,
    required_status_checks: {
      enforcement_level: protection === undefined ? "off" : protection.enforceAdmins ? "everyone" : "non_admins",
      contexts: checks.map((check) => check.context),
      checks: checks.map((check) => ({ context: check.context, app_id: check.appId ?? null })),
    },
  };
}

export function protectionView(world: World, repo: Repo, branch: string, protection: Protection) {
  const url = `${repoUrl(world, repo)}/branches/${encodeURIComponent(branch)}/protection`;
  const checks = protection.requiredChecks ?? [];
  const required = {
    url: `${url}/required_status_checks`,
    strict: protection.strict ?? false,
    contexts: checks.map((check) => check.context),
    contexts_url: `${url}/required_status_checks/contexts`,
    checks: checks.map((check) => ({ context: check.context, app_id: check.appId ?? null })),
  };
  const reviews = {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: protection.dismissStaleReviews ?? false,
    require_code_owner_reviews: false,
    require_last_push_approval: protection.lastPushApproval ?? false,
    required_approving_review_count: protection.requiredReviews ?? 0,
  };
  return {
    url,
    ...(checks.length > 0 ? { required_status_checks: required } : {}),
    ...(protection.requiredReviews === undefined ? {} : { required_pull_request_reviews: reviews }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforceAdmins ?? false },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: protection.allowForcePushes ?? false },
    allow_deletions: { enabled: protection.allowDeletions ?? false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}

export function rulesetView(world: World, repo: Repo, ruleset: Ruleset) {
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: "branch",
    source_type: "Repository",
    source: fullName(world, repo),
    enforcement: ruleset.enforcement,
    node_id: nodeId("Ruleset", ruleset.id),
    created_at: ruleset.createdAt,
    updated_at: ruleset.createdAt,
    conditions: { ref_name: { include: ruleset.branches.map((branch) => `refs/heads/${branch}`), exclude: [] } },
    rules: ruleset.rules,
    ...(ruleset.hidesBypass ? {} : { bypass_actors: ruleset.bypassActors }),
  };
}
