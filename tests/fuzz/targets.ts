/** @file Everything that reads what others may have written, each with inputs to begin from. */

import { manifests, runFiles } from "./storedTargets.ts";
import { tables } from "./tableTargets.ts";
import type { Target } from "./target.ts";
import { commandTexts } from "./textTargets.ts";
import { answering, rest, tracking } from "./trackingTargets.ts";

/** All targets, with their files below a scratch folder. */
export async function openTargets(scratch: string): Promise<{ readonly targets: Target[]; close(): void }> {
  const server = await answering();
  const targets = [
    ...commandTexts(),
    ...(await tables(scratch)),
    ...(await manifests(scratch)),
    ...(await runFiles(scratch)),
    ...(await tracking(scratch)),
    ...rest(server),
  ];
  return { targets, close: () => server.server.close() };
}
