export { createCallerReads } from "./caller.ts";
export { createChecks } from "./checks.ts";
export { createGitHub, type GitHubApp, type GitHubOptions } from "./client.ts";
export { createIssues } from "./issues.ts";
export { type Credentials, openDoctor } from "./open-doctor.ts";
export { createProtection } from "./protection.ts";
export { createPullRequests } from "./pull-requests.ts";
