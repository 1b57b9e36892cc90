/** @file Users' files become points, and every way to be wrong has its sentence. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSamples } from "../../src/datasets/samples.ts";
import { testFolder } from "../files/folder.ts";

const penguins = join(import.meta.dirname, "../../datasets/penguins.csv");

async function fileWith(contents: string | Uint8Array, name = "x.csv"): Promise<string> {
  const path = join(await testFolder(), name);
  await writeFile(path, contents);
  return path;
}

/** The message without the folder, which differs from run to run. */
async function complaint(contents: string | Uint8Array, columns?: readonly string[], name = "x.csv") {
  const path = await fileWith(contents, name);
  const result = await readSamples(path, columns ? { columns } : {}).catch((error: Error) => error);
  return result instanceof Error ? result.message.replaceAll(path, name) : "no error";
}

describe("readSamples", () => {
  it("reads the columns asked for, leaving out and counting rows with missing values", async () => {
    const columns = ["bill_length_mm", "bill_depth_mm"];
    const samples = await readSamples(penguins, { columns });
    expect(samples.dimension).toBe(2);
    expect(samples.columns).toEqual(columns);
    expect([samples.rowCount, samples.droppedCount]).toEqual([344, 2]);
    expect(samples.points).toHaveLength(342 * 2);
    expect(Array.from(samples.points.subarray(0, 8))).toEqual([39.1, 18.7, 39.5, 17.4, 40.3, 18, 36.7, 19.3]);
  });

  it("takes every column of numbers when none is named", async () => {
    const { columns, ignoredColumns } = await readSamples(penguins);
    expect(columns).toEqual(["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "year"]);
    expect(ignoredColumns).toEqual(["species", "island", "sex"]);
  });

  it("knows byte-order marks, CRLF, quotes, blank lines, tabs and every spelling of missing", async () => {
    const text = '\uFEFF"a, b",c\r\n1,"2"\r\n\r\n NA ,3\r\nnull,4\r\n,5\r\nNaN,6\r\nn/a,7\r\n+1.5e-3,-.5\r\n';
    const samples = await readSamples(await fileWith(text));
    expect(samples.columns).toEqual(["a, b", "c"]);
    expect(Array.from(samples.points)).toEqual([1, 2, 0.0015, -0.5]);
    expect([samples.rowCount, samples.droppedCount]).toEqual([7, 5]);
    const tabs = await readSamples(await fileWith("a\tb\n1\t2\n3\t4\n", "x.tsv"), { columns: ["b"] });
    expect(Array.from(tabs.points)).toEqual([2, 4]);
  });

  it("reads back any table of numbers that was written as CSV", async () => {
    const path = await fileWith("");
    const cell = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0), // text has no negative zero
      fc.integer(),
      fc.constantFrom("", "NA", "null"),
    );
    const name = fc.string({ minLength: 1, maxLength: 8 }).map((text) => `n${text.trim()}n`);
    const table = fc
      .uniqueArray(name, { minLength: 1, maxLength: 4 })
      .chain((names) =>
        fc.tuple(fc.constant(names), fc.array(fc.tuple(...names.map(() => cell)), { maxLength: 20 })),
      );
    await fc.assert(
      fc.asyncProperty(table, async ([names, body]) => {
        // Two rows that differ everywhere, so that the table has points at all.
        const rows = [names.map(() => 1), names.map(() => 2), ...body];
        const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
        await writeFile(path, [names, ...rows].map((row) => row.map(quoted).join(",")).join("\n"));
        const complete = rows.filter((row) => row.every((value) => typeof value === "number"));
        const samples = await readSamples(path, { columns: names });
        expect(samples.columns).toEqual(names);
        expect(samples.rowCount).toBe(rows.length);
        expect(Array.from(samples.points)).toEqual(complete.flat());
      }),
      { numRuns: 60 },
    );
  });

  it("reads Arrow files and streams with integers, floats and nulls", async () => {
    const table = new arrow.Table({
      x: arrow.vectorFromArray([1, null, 3, 4], new arrow.Float64()),
      n: arrow.vectorFromArray([5n, 6n, 7n, 8n], new arrow.Int64()),
      s: arrow.vectorFromArray(["a", "b", "c", "d"], new arrow.Utf8()),
    });
    for (const kind of ["file", "stream"] as const) {
      const samples = await readSamples(await fileWith(arrow.tableToIPC(table, kind), "x.arrow"));
      expect(samples).toMatchObject({
        columns: ["x", "n"],
        rowCount: 4,
        droppedCount: 1,
        ignoredColumns: ["s"],
      });
      expect(Array.from(samples.points)).toEqual([1, 5, 3, 7, 4, 8]);
    }
  });
});

describe("readSamples of packed tables", () => {
  const parquet = (writer: string) => join(import.meta.dirname, `../fixtures/points.${writer}.parquet`);

  // Written with x = 1, null, 3, 4; n = 5…8 (int64); f = 0.5, 1.5, NaN, 2.5 (float32); text, lists, booleans, dates, decimals.
  it.each(["pyarrow", "polars"])("reads Parquet as %s writes it", async (writer) => {
    const samples = await readSamples(parquet(writer));
    expect(samples).toMatchObject({
      columns: ["x", "n", "f", "m"],
      rowCount: 4,
      droppedCount: 2,
      ignoredColumns: ["s", "l", "b", "t"],
    });
    expect(Array.from(samples.points)).toEqual([1, 5, 0.5, 1.25, 4, 8, 2.5, 4.25]);
    const two = await readSamples(parquet(writer), { columns: ["n", "x"] });
    expect(Array.from(two.points)).toEqual([5, 1, 7, 3, 8, 4]);
  });

  it("unpacks any of them", async () => {
    const plain = await readSamples(penguins);
    const packed = await readSamples(await fileWith(gzipSync(await readFile(penguins)), "x.csv.gz"));
    expect(packed).toEqual(plain);
    const twice = await fileWith(gzipSync(await readFile(parquet("pyarrow"))), "x.parquet.gz");
    expect((await readSamples(twice)).rowCount).toBe(4);
  });

  it("says what is wrong with them", async () => {
    const whole = await readFile(parquet("pyarrow"));
    expect(await complaint("a,b\n1,2\n", undefined, "x.csv.gz")).toBe(
      "x.csv.gz cannot be unpacked by gzip: incorrect header check. Write or copy it again.",
    );
    expect(await complaint("a,b\n1,2\n", undefined, "x.parquet")).toBe(
      "x.parquet is not a Parquet file: it would begin with PAR1.",
    );
    expect(await complaint(whole.subarray(0, 400), undefined, "x.parquet")).toMatch(
      /^x\.parquet is truncated: .*400 bytes/,
    );
    const damaged = Buffer.concat([whole.subarray(0, 100), whole.subarray(-8)]);
    expect(await complaint(damaged, undefined, "x.parquet")).toMatch(/^x\.parquet is damaged or cut off: /);
    expect(await complaint(whole, ["s"], "x.parquet")).toBe(
      'x.parquet: the type is STRING, in the column "s", where numbers are expected. Mend it, or choose other columns (--columns a,b).',
    );
  });
});

describe("readSamples says", () => {
  it("which file or column there is not", async () => {
    await expect(readSamples("/no/such.csv")).rejects.toThrow("/no/such.csv does not exist.");
    expect(await complaint("a,b\n1,2\n3,4\n", undefined, "x.xlsx")).toBe(
      'x.xlsx: the extension ".xlsx" is not one of .csv, .tsv, .arrow, .arrows, .feather, .ipc, .parquet, or one of them followed by .gz.',
    );
    expect(await complaint(await readFile(penguins), ["bill_lenght_mm"])).toBe(
      'x.csv has no column "bill_lenght_mm". Did you mean "bill_length_mm"? Its columns: species, island, bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g, sex, year.',
    );
    expect(await complaint("a,b\n1,2\n3,4\n", ["a", "a"])).toBe('x.csv: the column "a" is chosen twice.');
  });

  it("on which line text stands among numbers, after blank lines and line breaks in quotes", async () => {
    const advice = "where numbers are expected. Mend it, or choose other columns (--columns a,b).";
    expect(await complaint('a,b\n1,"2\n"\n\n3,4.x\n5,6\n7,8\n')).toBe(
      `x.csv: line 5 has "4.x", in the column "b", ${advice}`,
    );
    expect(await complaint('s,b\n"two\nlines",1\nx,2\n', ["s"])).toBe(
      `x.csv: line 2 has "two\nlines", in the column "s", ${advice}`,
    );
    expect(await complaint("a,b\n1,2\n3,Infinity\n5,6\n")).toBe(
      `x.csv: line 3 has "Infinity", in the column "b", ${advice}`,
    );
    expect(await complaint("a,b\n1,2\n3,1e999\n5,6\n")).toContain('line 3 has "1e999"');
  });

  it("what is wrong with the table", async () => {
    expect(await complaint("")).toBe("x.csv is empty.");
    expect(await complaint("\n\n")).toBe("x.csv is empty: it has not even a header.");
    expect(await complaint("a,b\n")).toBe("x.csv has a header and no rows; at least 2 rows are needed.");
    expect(await complaint("a,b\n1,2\n")).toBe(
      "x.csv has 1 row, 1 of them complete in a, b; at least 2 rows are needed.",
    );
    expect(await complaint("a,b\n1,\n,2\n4,5\n")).toBe(
      "x.csv has 3 rows, 1 of them complete in a, b; at least 2 rows are needed.",
    );
    expect(await complaint("a,b\n1,7\n2,7\n")).toBe(
      'x.csv: the column "b" is constant (7 in every row), so it cannot be standardised and has no density. Leave it out: --columns a',
    );
    expect(await complaint("a,b\n1,2\n3\n")).toBe("x.csv, line 3: 1 cells, and the header has 2 columns.");
    expect(await complaint("a,b,a\n1,2,3\n")).toBe('x.csv, line 1: the header names the column "a" twice.');
    expect(await complaint("a,,c\n1,2,3\n")).toBe("x.csv, line 1: column 2 of the header has no name.");
    expect(await complaint("1,2\n3,4\n5,6\n")).toBe(
      'x.csv, line 1: the first line must name the columns, and "1,2" is all numbers. Add a header line.',
    );
    expect(await complaint("a;b\n1;2\n")).toContain(
      'the header has one column, "a;b". Cells must be separated by commas',
    );
    expect(await complaint('a,b\n1,"2\n')).toMatch(/^x\.csv, line 2: Quote Not Closed/);
    expect(await complaint("a,b\nx,y\nz,w\n")).toBe("x.csv has no column of numbers. Its columns: a, b.");
  });

  it("what is wrong with an Arrow file", async () => {
    const file = arrow.tableToIPC(arrow.tableFromArrays({ x: [1, 2, 3], s: ["a", "b", "c"] }), "file");
    expect(await complaint(file.subarray(0, file.length - 20), undefined, "x.arrow")).toMatch(
      /^x\.arrow is truncated/,
    );
    expect(await complaint("a,b\n1,2\n", undefined, "x.arrow")).toBe(
      "x.arrow is neither an Arrow IPC file (it would begin with ARROW1) nor an Arrow stream.",
    );
    const stream = arrow.tableToIPC(
      arrow.tableFromArrays({ x: Float64Array.from({ length: 999 }, Math.sin) }),
      "stream",
    );
    expect(await complaint(stream.subarray(0, stream.length / 2), undefined, "x.arrows")).toMatch(
      /^x\.arrows is damaged or cut off/,
    );
    expect(await complaint(file, ["s"], "x.arrow")).toContain(
      'in the column "s", where numbers are expected',
    );
  });
});
