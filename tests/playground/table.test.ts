import { describe, expect, it } from "vitest";
import { tableDensity } from "../../src/playground/table.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const z = normals(keyFrom(1), 4000);
const rows = (count: number, delimiter = ",") =>
  Array.from({ length: count }, (_, i) => [i, 40 + 5 * z[2 * i], 200 + 9 * z[2 * i + 1]].join(delimiter));
const header = "name,bill,flipper";

describe("a dropped table", () => {
  it("becomes the kernel density of its standardised columns", () => {
    const { density, columns, used } = tableDensity(
      ["bill,flipper", ...rows(100).map((r) => r.slice(r.indexOf(",") + 1))].join("\n"),
      "a.csv",
    );
    expect(columns).toEqual(["bill", "flipper"]);
    expect(used).toBe(100);
    for (const axis of [0, 1]) {
      const values = density.means.map((mean) => mean[axis]);
      const mean = values.reduce((sum, x) => sum + x, 0) / 100;
      expect(mean).toBeCloseTo(0, 12);
      expect(values.reduce((sum, x) => sum + x * x, 0) / 99).toBeCloseTo(1, 12);
    }
    // Silverman's rule in the plane: n^(−1/6).
    expect(density.deviations[0]).toBeCloseTo(100 ** (-1 / 6), 12);
  });

  it("passes over columns of text, and rows with nothing in them", () => {
    const text = [
      "sex,bill,flipper",
      ...rows(40).map((row) => row.replace(/^\d+/, "male")),
      "female,,",
      "male,NA,3",
    ];
    expect(tableDensity(text.join("\r\n"), "a.csv")).toMatchObject({
      columns: ["bill", "flipper"],
      rows: 40,
    });
  });

  it.each([";", "\t"])("may have %j between its cells", (mark) => {
    const text = ["bill", "flipper"].join(mark).concat(
      "\n",
      rows(20, mark)
        .map((r) => r.slice(r.indexOf(mark) + 1))
        .join("\n"),
    );
    expect(tableDensity(text, "a.csv").rows).toBe(20);
  });

  it("takes a random part of many rows", () => {
    const table = tableDensity(["id,bill,flipper", ...rows(1500)].join("\n"), "a.csv");
    expect(table).toMatchObject({ rows: 1500, used: 500 });
    expect(Math.max(...table.density.means.map(([x]) => x))).toBeGreaterThan(1.5);
  });

  it.each([
    ["", "a.csv is empty: expected a line of column names, then rows of numbers."],
    ["1,2\n3,4", "a.csv, line 1: expected the names of the columns, got only numbers. Add a header line."],
    [`${header}\n1,2,3`, "a.csv: expected at least 10 rows of numbers, got 1."],
    ["x,y\na,1\nb,2", "a.csv: expected two columns of numbers, got 1 in 2."],
    [
      ["x,y", ...rows(12).map((r) => r.slice(r.indexOf(",") + 1)), "3,tall"].join("\n"),
      'a.csv, line 14: expected a number in the column "y", got "tall".',
    ],
    [
      'x,y\n"1,2',
      "a.csv is no table of numbers: Quote Not Closed: the parsing is finished with an opening quote at line 2.",
    ],
  ])("is refused in one sentence: %j", (text, sentence) => {
    expect(() => tableDensity(text, "a.csv")).toThrow(sentence);
  });
});
