import type { DrawnLineage, DrawnNode } from "../gate/station-lineage.ts";
import { clip, visible } from "../report/visible.ts";

/** A drawing of more is a thicket: the table says the same. */
export const NODES_DRAWN = 60;

const BOX = { width: 240, height: 46, gapX: 80, gapY: 16, pad: 10 } as const;
const LABEL_MAX = 32;

/** Left to right, from what feeds to what is fed; each box leads to what depends on it. */
export function LineageDrawing({ lineage: { nodes, edges }, repositoryId }: { lineage: DrawnLineage; repositoryId: number }) {
  const columns = [...Map.groupBy(nodes, ({ layer }) => layer).values()];
  const places = new Map(
    columns.flatMap((column, x) =>
      column.map((node, y): [string, { x: number; y: number }] => [
        node.id,
        { x: BOX.pad + x * (BOX.width + BOX.gapX), y: BOX.pad + y * (BOX.height + BOX.gapY) },
      ]),
    ),
  );
  const width = 2 * BOX.pad + columns.length * (BOX.width + BOX.gapX) - BOX.gapX;
  const height = 2 * BOX.pad + Math.max(...columns.map(({ length }) => length)) * (BOX.height + BOX.gapY) - BOX.gapY;
  return (
    <section class="card wide drawing">
      <h2>Graph</h2>
      <section class="scroll" tabindex={0} aria-label="Lineage graph, scrolls sideways">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="img"
          aria-label={`${nodes.length} nodes, ${edges.length} links; the table below says the same`}
        >
          {edges.map(({ from, to }) => (
            <path class="edge" d={curve(places.get(from)!, places.get(to)!)} />
          ))}
          {nodes.map((node) => (
            <Box node={node} at={places.get(node.id)!} repositoryId={repositoryId} />
          ))}
        </svg>
      </section>
    </section>
  );
}

function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function Box({ node, at, repositoryId }: { node: DrawnNode; at: { x: number; y: number }; repositoryId: number }) {
  const kind = node.file === null ? "outside" : node.tags.length > 0 ? "tagged" : "plain";
  // The end of a path says more than its start.
  const name = visible(node.id);
  const label = name.length > LABEL_MAX ? `…${name.slice(1 - LABEL_MAX)}` : name;
  const marks = [...node.tags, ...(node.isCritical ? ["critical"] : []), ...(node.isProduction ? ["production"] : [])].map((each) =>
    visible(each),
  );
  const drawn = (
    <g class={`node ${kind}${node.isCritical ? " critical" : ""}`}>
      <title>{name}</title>
      <rect x={at.x} y={at.y} width={BOX.width} height={BOX.height} rx={9} />
      <text x={at.x + 12} y={at.y + (marks.length > 0 ? 20 : 28)}>
        {label}
      </text>
      {marks.length > 0 && (
        <text class="marks" x={at.x + 12} y={at.y + 37}>
          {clip(marks.join(", "), 36)}
        </text>
      )}
    </g>
  );
  if (node.file === null) return drawn;
  return <a href={`/lineage/${repositoryId}?contract=${encodeURIComponent(node.file.toWellFormed())}`}>{drawn}</a>;
}
