import { protectingKeys, tagsInForce } from "../diff/change.ts";
import type { Contract, DataObject, Tag } from "../model.ts";
import { SCHEMA_ROOTS } from "../type-places.ts";
import type { LineageSummary } from "./model.ts";

export function summarise(contract: Contract): LineageSummary {
  return {
    file: contract.file,
    key: contract.key,
    objects: contract.objects.flatMap(({ name, physicalName }) => (name === SCHEMA_ROOTS ? [] : [{ name, physicalName }])),
    tagged: contract.objects.flatMap((object) => taggedIn(contract, object)),
    production: contract.servers.some((server) => isProduction(server.environment)),
    critical: [contract.tags, ...contract.objects.map(({ tags }) => tags)].flat().some(isCritical),
    links: contract.links.map(({ upstream, downstream, carrier }) => ({ upstream, downstream, carrier })),
  };
}

function taggedIn(contract: Contract, object: DataObject): LineageSummary["tagged"] {
  const isBare = contract.tags.length === 0 && object.tags.length === 0;
  const tagged: LineageSummary["tagged"][number][] = [];
  for (const field of object.fields) {
    if (isBare && field.tags.length === 0) continue;
    const keys = protectingKeys(tagsInForce({ contract, object, field }));
    if (keys.length > 0) tagged.push({ object: object.name, field: field.path.join("."), keys });
  }
  return tagged;
}

/** An environment that is not named like a test bed counts as production, as it does in the decision. */
function isProduction(environment: string | null): boolean {
  return (
    environment !== null && !/^(dev|develop|development|test|testing|qa|uat|stag|stage|staging|preprod|sandbox|local)$/i.test(environment)
  );
}

function isCritical(tag: Tag): boolean {
  return tag.key === "critical-data-element" || /^(critical|tier-?1|gold)$/i.test(tag.raw);
}
