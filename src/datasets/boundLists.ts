/** @file Keeps damaged Arrow files from keeping the process busy. */

import { RecordBatch } from "apache-arrow/fb/record-batch";
import { ByteBuffer } from "flatbuffers";

/** Rows of one batch: half a gigabyte of numbers. A longer table comes in several. */
const MOST_ROWS = 2n ** 26n;

const isBounded = Symbol("lists are no longer than their file");

/**
 * Lists in the headers of an Arrow file are FlatBuffers, whose reader for JavaScript believes whatever length is written:
 * a flipped bit makes it walk through 2³¹ record batches. From here on a list that is longer than the bytes that hold it is
 * an error; so is a batch of more rows than fit in the memory, which the library makes room for before it looks for them.
 * Call it before anything of Arrow is read; more than once does no harm.
 */
export function boundLists(): void {
  const prototype = ByteBuffer.prototype as ByteBuffer & { [isBounded]?: true };
  if (prototype[isBounded]) return;
  prototype[isBounded] = true;
  const lengthAt = prototype.__vector_len;
  prototype.__vector_len = function (offset) {
    const length = lengthAt.call(this, offset);
    if (length < 0 || length > this.capacity()) throw new Error(`a list of ${length} entries in a header`);
    return length;
  };
  const rowsIn = RecordBatch.prototype.length;
  RecordBatch.prototype.length = function () {
    const rows = rowsIn.call(this);
    if (rows < 0n || rows > MOST_ROWS) throw new Error(`a record batch of ${rows} rows`);
    return rows;
  };
}
