/** @file Picks where a run is recorded: a server when an address is given, the local file store otherwise. */

import { pathOfUri } from "../files/uri.ts";
import { openFileStoreRun } from "./fileStore.ts";
import { withoutCredentials } from "./mlflow/address.ts";
import type { ConnectionSettings } from "./mlflow/client.ts";
import { openRestRun } from "./restStore.ts";
import type { RunOptions, Tracker } from "./tracker.ts";

/** Options of {@link openTracker}. */
export interface TrackerOptions extends RunOptions, ConnectionSettings {
  /** As in MLFLOW_TRACKING_URI: `http(s)://…`, `file:…` or a folder; without it `root`. */
  readonly uri?: string;
  /** The folder of the local store, which also takes over while a server is away. */
  readonly root: string;
  /** An experiment of the server by its id, before its name. */
  readonly experimentId?: string;
}

/**
 * Opens a run. An address that cannot be used or reached is no reason to stop a training: the run is then
 * recorded in `root`, and the tracker's warnings say so. Rejects only when `root` cannot be written either.
 */
export async function openTracker(options: TrackerOptions): Promise<Tracker> {
  const { uri, root } = options;
  if (uri === undefined || uri === "") return await openFileStoreRun(options);
  if (/^https?:/i.test(uri)) {
    try {
      return await openRestRun({ ...options, uri });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return await openInstead(options, reason, "; l2e runs sync sends it");
    }
  }
  if (/^file:/i.test(uri)) return await openFileStoreRun({ ...options, root: pathOfUri(uri) });
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) {
    return await openInstead(
      options,
      `${withoutCredentials(uri)} is not an address that can be written to; use http(s)://, file: or a folder`,
    );
  }
  return await openFileStoreRun({ ...options, root: uri });

  async function openInstead(given: TrackerOptions, reason: string, advice = ""): Promise<Tracker> {
    const { runId, ...rest } = given;
    const isLocalId = runId !== undefined && /^[0-9a-f]{32}$/.test(runId);
    const warnings = [`tracking: ${reason}. The run is recorded in ${root}${advice}.`];
    return await openFileStoreRun({ ...rest, ...(isLocalId ? { runId } : {}), warnings });
  }
}
