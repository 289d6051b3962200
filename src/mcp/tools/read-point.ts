import { parsePoint, type Snapshot, type Table, type TableDescription, type UntypedTable } from "varve";

/** One version of a table, and what is said of it. */
export interface ReadPoint {
  readonly view: Snapshot<UntypedTable>;
  /** The columns that it has; before the first version those of now, since nothing is shown of either. */
  readonly description: TableDescription;
  readonly said: {
    readonly table: string;
    readonly version: number;
    readonly asOf: string | null;
    readonly committedAt: string | null;
    readonly effectiveAt: string | null;
  };
}

/** The version of a point that was written down, or the newest one; whatever is written meanwhile, it stays that one. */
export async function readPoint(table: Table, asOf: string | undefined): Promise<ReadPoint> {
  const view = table.asOf(asOf === undefined ? await table.version() : parsePoint(asOf));
  const { version, committedAt, effectiveAt } = await view.point();
  return {
    view,
    description: await (version === 0 ? table : view).describe(),
    said: {
      table: table.name,
      version,
      asOf: asOf ?? null,
      committedAt: committedAt?.toISOString() ?? null,
      effectiveAt: effectiveAt?.toISOString() ?? null,
    },
  };
}
