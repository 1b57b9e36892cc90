/** @file Trees of leaves: the nested records and arrays in which parameters, states and results travel. */
import type * as tf from "@tensorflow/tfjs";
import { InputError } from "../check/check.ts";
import type { NdArray } from "./array.ts";

/** A leaf, an array (or tuple) of trees, or a record of trees. Declare records with `type`: an `interface` has no index signature. */
export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [name: string]: Tree<Leaf> };

/** The same tree with every `tf.Tensor` replaced by the host array that stands for it outside a traced function. */
export type Arrays<T> = T extends tf.Tensor ? NdArray : { readonly [K in keyof T]: Arrays<T[K]> };

/** A tree taken apart: its leaves, depth first, and a function that puts other leaves in their places. */
export interface Flat<Leaf> {
  readonly leaves: readonly Leaf[];
  /** Where each leaf stands, such as `[0].weights[1]`. */
  readonly paths: readonly string[];
  /** Equal for two trees exactly when they have the same nesting and the same names. */
  readonly structure: string;
}

/** Takes a tree apart; records are read in the order of their keys as they were written. */
export function flatten<Leaf>(tree: unknown, isLeaf: (value: unknown) => value is Leaf): Flat<Leaf> {
  const leaves: Leaf[] = [];
  const paths: string[] = [];
  let structure = "";
  const visit = (value: unknown, path: string): void => {
    if (isLeaf(value)) {
      leaves.push(value);
      paths.push(path);
      structure += "*";
    } else if (Array.isArray(value)) {
      structure += "[";
      value.forEach((child, index) => {
        visit(child, `${path}[${index}]`);
      });
      structure += "]";
    } else if (isRecord(value)) {
      structure += "{";
      for (const [name, child] of Object.entries(value)) {
        structure += `${JSON.stringify(name)}:`;
        visit(child, path === "" ? name : `${path}.${name}`);
      }
      structure += "}";
    } else {
      throw new InputError(
        `${path || "the tree"} must be an array or a tree of arrays, got ${describe(value)}.`,
      );
    }
  };
  visit(tree, "");
  return { leaves, paths, structure };
}

/** The tree of the same form as `tree` whose leaves are taken, in order, from `leaves`. */
export function unflatten<Leaf, Other>(
  tree: unknown,
  isLeaf: (value: unknown) => value is Leaf,
  leaves: readonly Other[],
): unknown {
  let next = 0;
  const visit = (value: unknown): unknown => {
    if (isLeaf(value)) return leaves[next++];
    if (Array.isArray(value)) return value.map(visit);
    return Object.fromEntries(Object.entries(value as object).map(([name, child]) => [name, visit(child)]));
  };
  return visit(tree);
}

/** Whether a value is a host array. */
export function isArrayLeaf(value: unknown): value is NdArray {
  return isRecord(value) && ArrayBuffer.isView(value.data) && Array.isArray(value.shape);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

function describe(value: unknown): string {
  if (typeof value === "number") return `the number ${value} (write scalar(${value}))`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} (write ndarray(buffer, shape))`;
  return value === null ? "null" : typeof value;
}
