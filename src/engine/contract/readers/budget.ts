import type { Contract, Field, Position, Tag } from "../model.ts";
import { type Entry, type Node, ReadFailure, weigh } from "../source/node.ts";

/** One field, object or contract with more tags than this is an attack or a mistake: every finding there lists all of them. */
export const TAGS_MAX = 200;
/** Fields of one contract, definitions unfolded. */
export const FIELDS_MAX = 20_000;
const DEPTH_MAX = 100;
/** Tags in force on all fields together: their own, and those of the object and contract around each. */
const TAGS_IN_FORCE_MAX = 200_000;
const REFS_MAX = 50;
/** Values that fields take over from definitions, together. */
const INHERITED_MAX = 100_000;

/** What one contract may still unfold into. One instance for each reading; over a cap the file is refused, never cut. */
export class Budget {
  private fields = 0;
  private inherited = 0;
  private readonly weights = new WeakMap<Node, number>();

  /** Before a field is read. */
  field(path: readonly string[], pos: Position): void {
    this.fields += 1;
    if (this.fields > FIELDS_MAX) throw new ReadFailure(`more than ${FIELDS_MAX} fields in one contract`, pos.line);
    if (path.length > DEPTH_MAX) throw new ReadFailure(`fields nested more than ${DEPTH_MAX} levels deep`, pos.line);
  }

  /** One more step of a chain of `$ref`, with the entries that it brings. */
  reference(steps: number, entries: Iterable<Entry>, pos: Position): void {
    if (steps > REFS_MAX) throw new ReadFailure(`a chain of more than ${REFS_MAX} \`$ref\``, pos.line);
    for (const { value } of entries) this.inherited += this.weight(value);
    if (this.inherited > INHERITED_MAX) throw new ReadFailure("definitions unfold into too many values", pos.line);
  }

  private weight(node: Node): number {
    const known = this.weights.get(node);
    if (known !== undefined) return known;
    const weight = weigh(node, (inner) => this.weight(inner));
    this.weights.set(node, weight);
    return weight;
  }
}

const NAME_MAX = 2000;

/** Names made of parts are put together again for each field, so their length is bounded. */
export function boundedName(name: string, line: number): string {
  if (name.length > NAME_MAX) throw new ReadFailure(`a name of more than ${NAME_MAX} letters`, line);
  return name;
}

/** Refuses more tags than a place may have. */
export function boundedTags<T extends readonly Tag[]>(tags: T, pos: Position): T {
  if (tags.length > TAGS_MAX) throw new ReadFailure(`more than ${TAGS_MAX} tags in one place (${tags.length})`, pos.line);
  return tags;
}

/** What every reader must keep to, whatever its format. */
export function refuseOversize(contract: {
  readonly tags: readonly Tag[];
  readonly objects: readonly { readonly tags: readonly Tag[]; readonly fields: readonly Field[]; readonly pos: Position }[];
  readonly pos: Position;
}): void {
  boundedTags(contract.tags, contract.pos);
  let fields = 0;
  let inForce = 0;
  for (const object of contract.objects) {
    boundedTags(object.tags, object.pos);
    fields += object.fields.length;
    for (const field of object.fields) inForce += boundedTags(field.tags, field.pos).length + object.tags.length + contract.tags.length;
  }
  if (fields > FIELDS_MAX) throw new ReadFailure(`more than ${FIELDS_MAX} fields in one contract`, contract.pos.line);
  if (inForce > TAGS_IN_FORCE_MAX)
    throw new ReadFailure(`more than ${TAGS_IN_FORCE_MAX} tags in force on the fields of one contract together`, contract.pos.line);
}

/** All files of one side of a change together. */
export const CHANGE_MAX = { bytes: 64 * 1024 * 1024, fields: 200_000, tagsInForce: 1_000_000 } as const;

/** What the files of one side hold together. Once a cap is passed, that file and all after it are refused: none is left out in silence. */
export class ChangeBudget {
  private readonly held = { bytes: 0, fields: 0, tagsInForce: 0 };
  private readonly max: Readonly<Record<keyof typeof CHANGE_MAX, number>>;

  constructor(max: Readonly<Record<keyof typeof CHANGE_MAX, number>> = CHANGE_MAX) {
    this.max = max;
  }

  /** Why no more can be read; null while there is room. */
  get exhausted(): string | null {
    if (this.held.bytes > this.max.bytes) return `more than ${this.max.bytes} bytes of contracts in one change, up to this file`;
    if (this.held.fields > this.max.fields) return `more than ${this.max.fields} fields in one change, up to this file`;
    if (this.held.tagsInForce > this.max.tagsInForce)
      return `more than ${this.max.tagsInForce} tags in force on the fields of one change together, up to this file`;
    return null;
  }

  bytes(count: number): void {
    this.held.bytes += count;
  }

  contract({ objects, tags }: Pick<Contract, "objects" | "tags">): void {
    for (const object of objects) {
      this.held.fields += object.fields.length;
      this.held.tagsInForce += object.fields.reduce((total, field) => total + field.tags.length + object.tags.length + tags.length, 0);
    }
  }
}
