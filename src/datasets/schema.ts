/** @file The Arrow schema of density snapshots: one record batch a snapshot, readable without this package. */

import * as arrow from "apache-arrow";
import { check, InputError } from "../check/check.ts";
import type { Floats } from "../measures/cloud.ts";

/** Version of the columns below; a file of another version is refused. */
export const SNAPSHOT_SCHEMA_VERSION = 1;

/** One density at one time: particles with the logarithm of their own density, and where they come from. */
export interface Snapshot {
  readonly trajectory: number;
  readonly step: number;
  /** In the units of the flow. */
  readonly time: number;
  /** Step size that led here, in units of time. */
  readonly tau: number;
  /** Row-major `[count, dimension]`; stored in single precision. */
  readonly positions: Floats;
  /** `log ρ(x_i)`, `[count]`, natural logarithm; stored in single precision. */
  readonly logDensity: Floats;
  /** `[count]`; absent for equally weighted particles. */
  readonly weights?: Floats;
  /** Safe integer from which the snapshot can be made again. */
  readonly seed: number;
  /** What made it: `initial`, the name of a solver, or a checkpoint. */
  readonly source: string;
  /** Numbers of the energy (a stiffness, an exponent); one column `energy_<name>` each. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/** What all snapshots of a file or a dataset share. Kept in the schema's metadata. */
export interface SnapshotFormat {
  readonly dimension: number;
  /** `euclidean`, `torus`, `phase-space`, … */
  readonly domain: string;
  /** A name for each coordinate. */
  readonly coordinates: readonly string[];
  /** A unit for each coordinate; `1` where there is none. */
  readonly units: readonly string[];
  /** Names of the energy's numbers that every snapshot carries. */
  readonly parameters?: readonly string[];
  /** True when every snapshot carries weights. */
  readonly weights?: boolean;
  /** Anything else worth keeping beside the data. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const OWN = "l2e.";

/** Refuses a format that contradicts itself. `where` opens the message. */
export function checkFormat(format: SnapshotFormat, where: string): void {
  const { dimension, coordinates, units, parameters = [] } = format;
  check(
    Number.isInteger(dimension) && dimension >= 1,
    () => `${where}: dimension must be a positive integer, got ${dimension}`,
  );
  check(
    coordinates.length === dimension && new Set(coordinates).size === dimension,
    () => `${where}: coordinates must be ${dimension} different names, got [${coordinates.join(", ")}]`,
  );
  check(
    units.length === dimension,
    () => `${where}: units must be ${dimension} entries, one a coordinate, got [${units.join(", ")}]`,
  );
  check(
    new Set(parameters).size === parameters.length && parameters.every((name) => name !== ""),
    () => `${where}: parameters must be different names, got [${parameters.join(", ")}]`,
  );
}

/** The Arrow schema of snapshots in this format. */
export function snapshotSchema(format: SnapshotFormat): arrow.Schema {
  checkFormat(format, "snapshot format");
  const fields = [
    new arrow.Field("trajectory", new arrow.Int32(), false),
    new arrow.Field("step", new arrow.Int32(), false),
    new arrow.Field("time", new arrow.Float64(), false),
    new arrow.Field("tau", new arrow.Float64(), false),
    new arrow.Field("positions", positionsType(format.dimension), false),
    new arrow.Field("logDensity", floatsType(), false),
    ...(format.weights ? [new arrow.Field("weights", floatsType(), false)] : []),
    new arrow.Field("seed", new arrow.Int64(), false),
    new arrow.Field("source", new arrow.Utf8(), false),
    ...(format.parameters ?? []).map(
      (name) => new arrow.Field(parameterColumn(name), new arrow.Float64(), false),
    ),
  ];
  return new arrow.Schema(fields, metadataOf(format));
}

/** `List<FixedSizeList<f32, d>>`: the rows of one cloud. */
export function positionsType(dimension: number) {
  const point = new arrow.FixedSizeList(dimension, new arrow.Field("item", new arrow.Float32(), false));
  return new arrow.List(new arrow.Field("item", point, false));
}

/** `List<f32>`: one number a particle. */
export function floatsType() {
  return new arrow.List(new arrow.Field("item", new arrow.Float32(), false));
}

/** Column of one of the energy's numbers. */
export function parameterColumn(name: string): string {
  return `energy_${name}`;
}

function metadataOf(format: SnapshotFormat): Map<string, string> {
  const own = {
    schema_version: String(SNAPSHOT_SCHEMA_VERSION),
    kind: "density-snapshots",
    dimension: String(format.dimension),
    domain: format.domain,
    coordinates: JSON.stringify(format.coordinates),
    units: JSON.stringify(format.units),
    parameters: JSON.stringify(format.parameters ?? []),
    weights: String(format.weights ?? false),
  };
  const metadata = new Map(Object.entries(own).map(([key, value]) => [OWN + key, value]));
  for (const [key, value] of Object.entries(format.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    check(!metadata.has(key), () => `snapshot format: metadata key "${key}" is taken`);
    metadata.set(key, value);
  }
  return metadata;
}

/** Reads the format back from an Arrow schema; refuses files that hold something else, saying what is wrong. */
export function formatOfSchema(schema: arrow.Schema, where: string): SnapshotFormat {
  const own = (key: string) => schema.metadata.get(OWN + key);
  check(
    own("kind") === "density-snapshots",
    () => `${where} is an Arrow file, but not one of density snapshots: its schema metadata has no l2e.kind.`,
  );
  check(
    own("schema_version") === String(SNAPSHOT_SCHEMA_VERSION),
    () =>
      `${where} has snapshot schema version ${own("schema_version")}, this l2e reads ${SNAPSHOT_SCHEMA_VERSION}.`,
  );
  const format: SnapshotFormat = {
    dimension: Number(own("dimension")),
    domain: own("domain") ?? "",
    coordinates: namesIn(own("coordinates"), where),
    units: namesIn(own("units"), where),
    parameters: namesIn(own("parameters"), where),
    weights: own("weights") === "true",
    metadata: Object.fromEntries([...schema.metadata].filter(([key]) => !FORMAT_KEYS.has(key))),
  };
  const expected = snapshotSchema(format).fields.map(String);
  const got = schema.fields.map(String);
  const missing = expected.find((field) => !got.includes(field));
  check(missing === undefined, () => `${where} lacks the column ${missing}; it has ${got.join(", ")}.`);
  return format;
}

const FORMAT_KEYS = new Set(
  ["schema_version", "kind", "dimension", "domain", "coordinates", "units", "parameters", "weights"].map(
    (key) => OWN + key,
  ),
);

function namesIn(json: string | undefined, where: string): string[] {
  try {
    const value: unknown = JSON.parse(json ?? "[]");
    if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
  } catch {
    // falls through to the one message below
  }
  throw new InputError(`${where}: the schema metadata should hold a JSON list of names, got ${json}`);
}
