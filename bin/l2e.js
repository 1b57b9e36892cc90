#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// A clone runs its TypeScript as it is; the published package has no src/ and runs what was compiled.
const source = new URL("../src/cli/main.ts", import.meta.url);
const inClone = existsSync(fileURLToPath(source));
if (inClone) {
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: fileURLToPath(new URL("../tsconfig.json", import.meta.url)) });
}
const { endWith, main } = await import(
  inClone ? source.href : new URL("../dist/src/cli/main.js", import.meta.url).href
);
process.on("uncaughtException", (error) => endWith(error));
await main(process.argv.slice(2));
