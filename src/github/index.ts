export { createCallerReads } from "./caller.ts";
export { createChecks } from "./checks.ts";
export { createGitHub, type GitHubApp, type GitHubOptions } from "./client.ts";
export { createPullRequests } from "./pull-requests.ts";
