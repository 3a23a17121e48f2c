type Parameters = Readonly<Record<string, unknown>>;

/** What a call is for: `what` names it in errors. */
export interface Call {
  readonly installationId: number;
  readonly what: string;
  /** Octokit route, `GET /repos/{owner}/{repo}`: values are URL-encoded into it. */
  readonly route: string;
  readonly parameters?: Parameters;
  /** Never answered by 304: what GitHub says is sent whole. */
  readonly unconditional?: boolean;
}
