/** @file A folder for one test or for a suite, removed after it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** An empty folder that goes away when the test has finished. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "l2e-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty folder that goes away when the suite has finished. */
export async function suiteFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "l2e-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
