import { eq } from "drizzle-orm";
import type { Delivery, DeliveryOutcome, Mark } from "../../gate/ports/inbox.ts";
import type { RepositoryNews } from "../../gate/ports/protection.ts";
import type { RepositoryRef } from "../../gate/ports/pulls.ts";
import type { Tx } from "../connect.ts";
import { newId } from "../id.ts";
import { receipt, webhookDelivery } from "../schema.ts";
import { ofOwner, ofRepository, type Scope } from "../scope.ts";
import { storable, storableOrNull } from "../text.ts";
import { appendAudit } from "./append-audit.ts";
import { recordActions } from "./converse.ts";
import { ensureTenant, NO_ACCOUNT } from "./ensure-tenant.ts";
import { hearNews } from "./hear-news.ts";
import { markSubjects } from "./mark-subjects.ts";
import { watchRepository } from "./watched-repositories.ts";

/** Whoever a delivery may be about: the tenants of its repositories and accounts, as far as they are known. */
export function ofDelivery({ marks, news = [], receipts, actions = [] }: Delivery): Scope {
  const places = marks.flatMap((mark) => (mark.kind === "owner" ? [] : [mark.repository]));
  const repositories = [
    ...places.map(({ id }) => id),
    ...receipts.map((each) => each.repositoryId),
    ...actions.map((each) => each.repositoryId),
  ];
  const owners = [...places.map(({ ownerId }) => ownerId), ...marks.flatMap((mark) => (mark.kind === "owner" ? [mark.ownerId] : []))];
  return [...ofAll(repositories, owners), ...ofNews(news)];
}

/** Whoever news may be about. */
export function ofNews(news: readonly RepositoryNews[]): Scope {
  const repositories: number[] = [];
  const owners: number[] = [];
  const installations: number[] = [];
  for (const each of news) {
    if (each.kind === "rule_changed" || each.kind === "changed") {
      repositories.push(each.repository.id);
      owners.push(each.repository.ownerId);
    }
    if (each.kind === "unguarded") repositories.push(...(each.repositoryIds ?? []));
    if (each.kind === "guarded") owners.push(each.account.id);
    if (each.kind === "guarded") repositories.push(...(each.repositories ?? []).map(({ id }) => id));
    if (each.kind === "unguarded" || each.kind === "guarded") installations.push(each.installationId);
  }
  return [...ofAll(repositories, owners), ...[...new Set(installations)].map((id) => ["installation", String(id)] as const)];
}

function ofAll(repositories: readonly number[], owners: readonly number[]): Scope {
  return [...[...new Set(repositories)].flatMap(ofRepository), ...[...new Set(owners)].flatMap(ofOwner)];
}

/** Of these, nothing is kept but that they came. */
export function saysNothing({ marks, receipts, news = [], actions = [] }: Delivery): boolean {
  return marks.length + receipts.length + news.length + actions.length === 0;
}

/**
 * Deliveries of one scope, each id once. The subjects that they made dirty, all of them, are told with the first that was recorded: they
 * are woken once.
 */
export async function recordDeliveries(tx: Tx, host: string, group: readonly Delivery[]): Promise<readonly DeliveryOutcome[]> {
  const fresh = await addDeliveries(tx, group);
  let subjects: readonly string[] = [];
  if (fresh.length > 0) {
    const marks = fresh.flatMap((delivery) => delivery.marks);
    subjects = await markSubjects(tx, host, marks, fresh.length);
    for (const repository of repositoriesOf(marks)) await watchRepository(tx, host, repository);
    await recordReceipts(tx, fresh);
    for (const { guid, news = [], actions = [] } of fresh) {
      await hearNews(tx, host, news);
      await recordActions(tx, guid, actions);
    }
  }
  const outcomes: DeliveryOutcome[] = [];
  for (const delivery of group) {
    if (!fresh.includes(delivery)) outcomes.push(await recordRepeat(tx, host, delivery));
    else outcomes.push({ status: "recorded", subjects: delivery === fresh[0] ? subjects : [] });
  }
  return outcomes;
}

/** Those of the group that had not come before. */
export async function addDeliveries(tx: Tx, group: readonly Delivery[]): Promise<readonly Delivery[]> {
  const rows = group.map(({ guid, event, action, body, bodySha256 }) => ({
    ...{ guid: storable(guid), event: storable(event), action: storableOrNull(action) },
    ...{ body: storable(body), bodySha256 },
  }));
  // Sorted: two processes that are sent the same deliveries never wait for each other in a ring.
  const added = await tx
    .insert(webhookDelivery)
    .values(rows.sort((a, b) => (a.guid < b.guid ? -1 : 1)))
    .onConflictDoNothing()
    .returning({ guid: webhookDelivery.guid });
  const guids = new Set(added.map(({ guid }) => guid));
  return group.filter(({ guid }) => guids.has(storable(guid)));
}

/** As the last delivery named them. */
function repositoriesOf(marks: readonly Mark[]): readonly RepositoryRef[] {
  const all = marks.flatMap((mark) => (mark.kind === "owner" ? [] : [mark.repository]));
  const named = new Map(all.map((repository) => [`${repository.id} ${repository.ownerId}`, repository]));
  return [...named.values()].sort((a, b) => a.id - b.id);
}

async function recordRepeat(tx: Tx, host: string, delivery: Delivery): Promise<DeliveryOutcome> {
  const [first] = await tx
    .select({ bodySha256: webhookDelivery.bodySha256 })
    .from(webhookDelivery)
    .where(eq(webhookDelivery.guid, storable(delivery.guid)));
  if (first!.bodySha256 === delivery.bodySha256) return { status: "duplicate" };
  const tenantId = await ensureTenant(tx, host, accountOf(delivery));
  await appendAudit(tx, tenantId, {
    type: "delivery.conflict",
    severity: "critical",
    actor: null,
    subject: `delivery ${delivery.guid}`,
    payload: { event: delivery.event.toWellFormed(), firstBodySha256: first!.bodySha256, bodySha256: delivery.bodySha256 },
  });
  return { status: "conflict" };
}

function accountOf(delivery: Delivery): { id: number; login: string } {
  for (const mark of delivery.marks) {
    if (mark.kind !== "owner") return { id: mark.repository.ownerId, login: mark.repository.owner };
  }
  return NO_ACCOUNT;
}

async function recordReceipts(tx: Tx, deliveries: readonly Delivery[]): Promise<void> {
  const rows = deliveries.flatMap(({ guid, receipts }) =>
    receipts.map((one) => ({
      ...one,
      id: newId(),
      deliveryGuid: storable(guid),
      subject: storable(one.subject),
      actorLogin: storableOrNull(one.actorLogin),
      baseRef: storableOrNull(one.baseRef),
      detail: storable(one.detail),
    })),
  );
  if (rows.length === 0) return;
  // Sorted: two deliveries that carry the same receipts never wait for each other in a ring.
  rows.sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
  await tx.insert(receipt).values(rows).onConflictDoNothing();
}
