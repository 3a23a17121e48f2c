import type { DecisionNode } from "../engine/decision.ts";
import { sentence } from "../report/phrase.ts";
import { clip, visible } from "../report/visible.ts";
import { Say, StatusMark } from "./layout.tsx";

const CHILDREN_SHOWN = 100;
const DEPTH_MAX = 30;

/** The explanation as a tree that opens and closes without a script. */
export function DecisionTree({ root }: { root: DecisionNode }) {
  return (
    <section class="card">
      <h2>Why: the decision tree</h2>
      <ul class="tree">
        <Branch node={root} depth={0} />
      </ul>
    </section>
  );
}

function Branch({ node, depth }: { node: DecisionNode; depth: number }) {
  const line = (
    <>
      <StatusMark status={node.status} />
      <span class="node">
        <strong>{clip(visible(node.name), 160)}</strong> <Say phrase={sentence(node.because)} />
      </span>
    </>
  );
  if (node.children.length === 0) return <li class="leaf">{line}</li>;
  if (depth >= DEPTH_MAX) return <li class="leaf">{line} …</li>;
  const more = node.children.length - CHILDREN_SHOWN;
  return (
    <li>
      <details open={depth < 2 || isOpen(node)}>
        <summary>{line}</summary>
        <ul>
          {node.children.slice(0, CHILDREN_SHOWN).map((child) => (
            <Branch node={child} depth={depth + 1} />
          ))}
          {more > 0 && <li class="leaf quiet">and {more.toLocaleString("en-US")} more in the JSON</li>}
        </ul>
      </details>
    </li>
  );
}

/** What stands in the way is never folded away. */
function isOpen(node: DecisionNode): boolean {
  return node.status !== "pass" && node.status !== "info";
}
