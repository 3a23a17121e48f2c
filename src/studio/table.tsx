import type { Child } from "hono/jsx";

/** A table that a narrow screen reads row by row: each cell carries the name of its column. */
export function Table({ columns, children, fixed }: { columns: readonly string[]; children: Child; fixed?: "report" }) {
  return (
    <table class={fixed === undefined ? "table" : `table fixed ${fixed}`}>
      <thead>
        <tr>
          {columns.map((each) => (
            <th scope="col">{each}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

export function Cell({ name, children }: { name: string; children: Child }) {
  return (
    <td data-name={name}>
      <span class="cell">{children}</span>
    </td>
  );
}
