/** @file Receipts: what the maker of a part leaves beside it, so that others find it whole without asking who made it. */

import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isCode, writeAtomically } from "../files/atomic.ts";
import { sha256OfFile } from "../files/hash.ts";
import { readTextIfAny } from "../files/text.ts";
import { partPath } from "./dataset.ts";
import { PartEntrySchema } from "./manifest.ts";

const SCHEMA = "l2e.receipt/1";

const ReceiptSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  order: z.string().describe("digest of everything that determines the part's bytes"),
  entry: PartEntrySchema,
  seconds: z.number().nonnegative().describe("that making it took"),
  outcome: z.json().describe("what else its maker has to say"),
});

/** What is known of a part before a manifest lists it. */
export type Receipt = Readonly<z.output<typeof ReceiptSchema>>;

/** Writes the receipt of a part that is whole on the disk: its last file, so that what has a receipt is finished. */
export async function writeReceipt(folder: string, content: Omit<Receipt, "schema">): Promise<Receipt> {
  const receipt = { schema: SCHEMA, ...content } as const;
  await writeAtomically(join(folder, receiptPath(receipt.entry.path)), `${JSON.stringify(receipt)}\n`);
  return receipt;
}

/**
 * The receipt of a part if it is this very order's and the file beside it has its size and hash; undefined otherwise, whatever
 * is missing or wrong: then the part is made again.
 */
export async function readReceipt(
  folder: string,
  part: { readonly round: number; readonly name: string; readonly order: string },
): Promise<Receipt | undefined> {
  const path = partPath(part.round, part.name);
  const receipt = await parsed(join(folder, receiptPath(path)));
  if (receipt === undefined || receipt.order !== part.order) return undefined;
  const { entry } = receipt;
  if (entry.path !== path || entry.round !== part.round) return undefined;
  const file = join(folder, path);
  const found = await stat(file).catch((error: unknown) => {
    if (!isCode(error, "ENOENT", "ENOTDIR")) throw error;
    return undefined;
  });
  if (found?.size !== entry.bytes || (await sha256OfFile(file)) !== entry.sha256) return undefined;
  return receipt;
}

/** Removes the receipts of parts, once nobody will ask again whether they are there. */
export async function removeReceipts(
  folder: string,
  parts: readonly { readonly path: string }[],
): Promise<void> {
  for (const { path } of parts) await rm(join(folder, receiptPath(path)), { force: true });
}

function receiptPath(part: string): string {
  return part.replace(/\.arrow$/, ".json");
}

async function parsed(path: string): Promise<Receipt | undefined> {
  const text = await readTextIfAny(path);
  if (text === undefined) return undefined;
  try {
    return ReceiptSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
