import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";

/** Types of columns as the hub's files have them. */
export type ColumnType = "text" | "int64" | "int32" | "texts" | { readonly [field: string]: "texts" };

/** A Parquet file with these rows, laid out as PyArrow writes it: lists in three levels, all values nullable, packed with Snappy. */
export function parquetBytes(
  columns: Readonly<Record<string, ColumnType>>,
  rows: readonly Readonly<Record<string, unknown>>[],
  { rowGroupSize = 1000 }: { readonly rowGroupSize?: number } = {},
): Buffer {
  const names = Object.keys(columns);
  const schema: SchemaElement[] = [
    { name: "schema", num_children: names.length },
    ...names.flatMap((name) => elementsOf(name, columns[name] ?? "text")),
  ];
  const columnData = names.map((name) => ({ name, data: rows.map((row) => typed(row[name], columns[name])) }));
  return Buffer.from(parquetWriteBuffer({ schema, columnData, rowGroupSize }));
}

function typed(value: unknown, type: ColumnType | undefined): unknown {
  return type === "int64" && typeof value === "number" ? BigInt(value) : value;
}

function elementsOf(name: string, type: ColumnType): readonly SchemaElement[] {
  const optional = { name, repetition_type: "OPTIONAL" } as const;
  if (type === "text") return [{ ...optional, type: "BYTE_ARRAY", converted_type: "UTF8" }];
  if (type === "int64") return [{ ...optional, type: "INT64" }];
  if (type === "int32") return [{ ...optional, type: "INT32" }];
  if (type === "texts")
    return [
      { ...optional, num_children: 1, converted_type: "LIST" },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...elementsOf("element", "text"),
    ];
  const fields = Object.entries(type);
  return [{ ...optional, num_children: fields.length }, ...fields.flatMap(([field, each]) => elementsOf(field, each))];
}
