/** @file Makes CUDA's libraries compute in the precision that they are asked for. */
import { env } from "node:process";

/**
 * They take products of matrices in float32 with ten bits of mantissa instead of twenty-three (TF32), which is an error of
 * 4e-4. Before they are loaded they can be told otherwise, by a variable of the environment only; a value that is there stays.
 */
export function requireWholeMantissas(): void {
  env["NVIDIA_TF32_OVERRIDE"] ??= "0";
}
