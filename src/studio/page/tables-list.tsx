import { useEffect } from "preact/hooks";
import { count } from "./format";
import { adjust, go, routeOf, tableName } from "./route";
import { Failure } from "./shown-failure";
import { useAnswer } from "./use-answer";

interface ListedTable {
  readonly name: string;
  readonly rows?: number;
  readonly version?: number;
  readonly problem?: string;
}

/** The tables with how many rows they have. */
export function TablesList() {
  const { value, failure } = useAnswer<{ readonly tables: readonly ListedTable[] }>("list_tables", {});
  const tables = value?.tables ?? [];
  const [first] = tables;
  useEffect(() => {
    if (tableName.value === "" && first !== undefined) adjust({ table: first.name });
  }, [first]);
  return (
    <nav class="tables" aria-label="Tables">
      <h2>Tables</h2>
      {failure === undefined ? null : <Failure failure={failure} />}
      {value !== undefined && tables.length === 0 ? <p class="empty">There are none.</p> : null}
      <ul>
        {tables.map((table) => (
          <li key={table.name}>
            <OneTable table={table} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function OneTable({ table: { name, rows, problem } }: { readonly table: ListedTable }) {
  const isHere = name === tableName.value;
  return (
    <button
      type="button"
      aria-current={isHere ? "page" : undefined}
      title={problem}
      onClick={() => isHere || go({ ...routeOf(""), table: name })}
    >
      <span class="name">{name}</span>
      {problem === undefined ? (
        <span class="count">{count(rows ?? 0)}</span>
      ) : (
        <span class="chip warn">damaged</span>
      )}
    </button>
  );
}
