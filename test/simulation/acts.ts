import { CONTRACT_FILE, contractBlob, README, readmeBlob } from "./contents.ts";
import { type GitHub, personOf } from "./github.ts";
import { landing } from "./landing.ts";
import type { Act } from "./script.ts";
import { OWNER, type Pull, type Review, shown, type World, withPull } from "./world.ts";

export const OVERRIDE_LABEL = "governance-override";
const OVERRIDE = '/countersign override reason="pager 1234" incident=INC-7';

interface How {
  readonly reanchors: boolean;
}

/** Does what a person does, if it can be done now, and sends what GitHub sends of it. */
export function perform(github: GitHub, act: Act, how: How): void {
  if (act.act === "open") open(github, act);
  else if (act.act === "push_base") pushBase(github, act.base, act.mask);
  else if (act.act === "leave" || act.act === "join") moveMember(github, act.who, act.act === "join");
  else if (act.act === "wait" || act.act === "routine") github.now += act.seconds * 1000;
  else if ("pull" in act) {
    const pulls = github.world.pulls.filter(({ merge }) => merge === null);
    const pull = pulls[act.pull % Math.max(1, pulls.length)];
    if (pull === undefined) return;
    if (act.act === "open_again") openFrom(github, { ...pull, author: act.who, baseRef: act.base });
    else if (act.act === "reopen") setState(github, pull, "open");
    else if (pull.state === "open") performOn(github, pull, act, how);
  }
}

/** What can be done to an open pull request. */
function performOn(github: GitHub, pull: Pull, act: Act, { reanchors }: How): void {
  const { world } = github;
  if (act.act === "close") setState(github, pull, "closed");
  if (act.act === "push") pushHead(github, pull, act.who, commitOn(github, pull.headSha, act.mask, act.who), false, reanchors);
  if (act.act === "rebase")
    pushHead(github, pull, act.who, commitOn(github, world.refs[pull.baseRef]!, act.mask, act.who), true, reanchors);
  if (act.act === "force_back") {
    const earlier = world.pushes.filter(({ ref }) => ref === pull.headRef).at(-1 - act.steps);
    if (earlier !== undefined) pushHead(github, pull, act.who, earlier.sha, true, reanchors);
  }
  if (act.act === "review") review(github, pull, act);
  if (act.act === "dismiss") dismiss(github, pull, act);
  if (act.act === "retarget") retarget(github, pull, act.base);
  if (act.act === "override") override(github, pull, act.who);
  if (act.act === "unlabel") unlabel(github, pull);
  if (act.act === "rerequest")
    github.send("check_run", { action: "rerequested", check_run: { id: 1, head_sha: pull.headSha, name: "countersign: main" } });
  const isGreen = shown(world, pull.headSha, `countersign: ${pull.baseRef}`)?.conclusion === "success";
  if (act.act === "merge" && (act.who === "ana" || isGreen)) landing(github, pull, act.who, act.how);
}

function commitOn(github: GitHub, parent: string, mask: number | null, who: string): string {
  const { tree } = github.objects.of(parent);
  const [path, blob] = mask === null ? [README, readmeBlob(github.nextId())] : [CONTRACT_FILE, contractBlob(mask)];
  return github.objects.add([parent], { ...tree, [path]: blob }, who);
}

function open(github: GitHub, act: Extract<Act, { act: "open" }>): void {
  const { world } = github;
  const number = nextNumber(github);
  const headRef = `work-${number}`;
  const base = world.refs[act.base]!;
  const headSha = commitOn(github, base, act.mask, act.who);
  github.become({
    ...world,
    refs: { ...world.refs, [headRef]: headSha },
    pushes: [...world.pushes, { ref: headRef, sha: headSha, actor: act.who, at: github.stamp(), forced: false }],
  });
  openFrom(github, { author: act.who, headRef, headSha, baseRef: act.base });
}

function openFrom(github: GitHub, from: Pick<Pull, "author" | "headRef" | "headSha" | "baseRef">): void {
  const { author, headRef, baseRef } = from;
  const { world } = github;
  // GitHub has one open pull request from a branch to a base.
  if (world.pulls.some((each) => each.state === "open" && each.headRef === headRef && each.baseRef === baseRef)) return;
  const number = nextNumber(github);
  const headSha = world.refs[headRef]!;
  const rest = { reviews: [], labels: [], comments: [], reopened: [], retargets: [], updatedAt: github.stamp(), closedAt: null };
  github.become(withPull(world, { number, author, headRef, headSha, baseRef, state: "open", merge: null, ...rest }));
  github.sendPull("pull_request", "opened", number);
}

function nextNumber(github: GitHub): number {
  return 1 + Math.max(0, ...github.world.pulls.map(({ number }) => number));
}

function change(github: GitHub, pull: Pull, to: Partial<Pull>): void {
  github.become(withPull(github.world, { ...pull, ...to, updatedAt: github.stamp() }));
}

/** Every open pull request from the branch follows it. */
function pushHead(github: GitHub, { headRef }: Pull, actor: string, sha: string, forced: boolean, reanchors: boolean): void {
  const { world } = github;
  if (world.refs[headRef] === sha) return;
  const moved = world.pulls.filter((each) => each.headRef === headRef && each.state === "open");
  let next: World = {
    ...world,
    refs: { ...world.refs, [headRef]: sha },
    pushes: [...world.pushes, { ref: headRef, sha, actor, at: github.stamp(), forced }],
  };
  for (const each of moved) {
    const reviews = forced && reanchors ? each.reviews.map((one) => ({ ...one, commitId: sha })) : each.reviews;
    next = withPull(next, { ...each, headSha: sha, reviews, updatedAt: github.stamp() });
  }
  github.become(next);
  github.send("push", { ref: `refs/heads/${headRef}` });
  for (const { number } of moved) github.sendPull("pull_request", "synchronize", number);
}

function pushBase(github: GitHub, ref: string, mask: number | null): void {
  const { world } = github;
  const sha = commitOn(github, world.refs[ref]!, mask, "ana");
  const pushes = [...world.pushes, { ref, sha, actor: "ana", at: github.stamp(), forced: false }];
  github.become({ ...world, refs: { ...world.refs, [ref]: sha }, pushes });
  github.send("push", { ref: `refs/heads/${ref}` });
}

function moveMember(github: GitHub, who: string, joins: boolean): void {
  const { world } = github;
  if (world.team.includes(who) === joins) return;
  github.become({ ...world, team: joins ? [...world.team, who] : world.team.filter((each) => each !== who) });
  github.send("membership", { action: joins ? "added" : "removed", organization: { id: OWNER.id } });
}

function setState(github: GitHub, pull: Pull, state: "open" | "closed"): void {
  if (pull.state === state) return;
  const reopened = state === "open" ? [...pull.reopened, { at: github.stamp() }] : pull.reopened;
  // While it was closed nothing moved its head; GitHub takes up the branch as it is now.
  const headSha = state === "open" ? github.world.refs[pull.headRef]! : pull.headSha;
  const twin = github.world.pulls.some((each) => each.state === "open" && each.headRef === pull.headRef && each.baseRef === pull.baseRef);
  if (state === "open" && twin) return;
  change(github, pull, { state, reopened, headSha, closedAt: state === "open" ? null : github.stamp() });
  github.sendPull("pull_request", state === "open" ? "reopened" : "closed", pull.number);
}

function retarget(github: GitHub, pull: Pull, baseRef: string): void {
  const twin = github.world.pulls.some((each) => each.state === "open" && each.headRef === pull.headRef && each.baseRef === baseRef);
  if (twin) return;
  change(github, pull, { baseRef, retargets: [...pull.retargets, { at: github.stamp() }] });
  github.sendPull("pull_request", "edited", pull.number);
}

function review(github: GitHub, pull: Pull, act: Extract<Act, { act: "review" }>): void {
  // GitHub lets nobody approve what is their own.
  if (act.who === pull.author) return;
  const heads = github.world.pushes.filter(({ ref }) => ref === pull.headRef).map(({ sha }) => sha);
  const commitId = (act.old ? heads.at(-2) : undefined) ?? pull.headSha;
  const id = github.nextId();
  const one: Review = { id, user: act.who, state: act.state, commitId, submittedAt: github.stamp(), dismissal: null };
  change(github, pull, { reviews: [...pull.reviews, one] });
  const shape = { id, state: act.state.toLowerCase(), commit_id: commitId, user: personOf(act.who) };
  github.sendPull("pull_request_review", "submitted", pull.number, { review: shape });
}

function dismiss(github: GitHub, pull: Pull, act: Extract<Act, { act: "dismiss" }>): void {
  const one = pull.reviews[act.review % Math.max(1, pull.reviews.length)];
  if (one === undefined || one.state === "DISMISSED") return;
  const gone: Review = { ...one, state: "DISMISSED", dismissal: { by: act.who, of: one.state } };
  change(github, pull, { reviews: pull.reviews.map((each) => (each.id === one.id ? gone : each)) });
  github.sendPull("pull_request_review", "dismissed", pull.number, { review: { id: one.id } });
}

/** The label and its reason, a few seconds apart from anything else: GitHub tells whole seconds. */
function override(github: GitHub, pull: Pull, actor: string): void {
  github.now += 2000;
  const at = github.stamp();
  change(github, pull, {
    labels: [...pull.labels, { name: OVERRIDE_LABEL, actor, at, removedAt: null }],
    comments: [...pull.comments, { id: github.nextId(), user: actor, body: OVERRIDE, at }],
  });
  const now = github.world.pulls.find(({ number }) => number === pull.number)!;
  github.sendPull("pull_request", "labeled", pull.number, { label: { name: OVERRIDE_LABEL }, sender: personOf(actor) });
  const { id, body } = now.comments.at(-1)!;
  const issue = { number: pull.number, pull_request: {} };
  github.send("issue_comment", { action: "created", issue, comment: { id, body, user: personOf(actor) } });
  github.now += 2000;
}

function unlabel(github: GitHub, pull: Pull): void {
  if (!pull.labels.some(({ removedAt }) => removedAt === null)) return;
  takeOff(github, pull, "alice");
}

export function takeOff(github: GitHub, pull: Pull, actor: string): void {
  const at = github.stamp();
  change(github, pull, { labels: pull.labels.map((each) => ({ ...each, removedAt: each.removedAt ?? at })) });
  github.sendPull("pull_request", "unlabeled", pull.number, { label: { name: OVERRIDE_LABEL }, sender: personOf(actor) });
}
