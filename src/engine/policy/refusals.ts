/** Every reason why an approval does not count; decision.md section 6. The key is what the check shows and tests name. */
export const REFUSALS = {
  ghost: "the account was deleted",
  unknown_account: "the login resolves to no account",
  not_a_person: "not a person's account",
  suspended: "the account is suspended",
  via_app: "given through an app that is not allowed to",
  author: "author of this change",
  launcher: "launched the agent that wrote this change",
  pusher: "pushed to this branch",
  committer: "has a part in a commit of this change",
  not_member: "not a member",
  pending_member: "invited and not yet a member",
  child_team_only: "in a child team only",
  not_in_organisation: "not an active member of the organisation",
  not_in_role: "does not hold the role",
  dismissed: "dismissed",
  stale_content: "given before a governed file changed",
  other_head: "given before the last push",
  unproven: "no signed delivery proves what it was given for",
  from_the_future: "dated after the instant of this decision",
  before_reopen: "given before the pull request was closed and reopened",
  before_retarget: "given before the base branch was changed",
} as const satisfies Record<string, string>;

export type RefusalReason = keyof typeof REFUSALS;
