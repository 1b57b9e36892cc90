/** @file Where this package lies, the clone or its folder in somebody's node_modules, and which version it is. */

import { readFileSync } from "node:fs";

/** True where TypeScript runs as it is, which is in a clone. */
export const inClone = import.meta.url.endsWith(".ts");

/** The folder of package.json: two levels up in the sources, three in what was compiled. */
export const packageRoot = new URL(inClone ? "../../" : "../../../", import.meta.url);

/** As package.json has it. */
export function packageVersion(): string {
  const text = readFileSync(new URL("package.json", packageRoot), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
