/** @file Binary data that travels as text. */

/** The bytes of a base64 text of a raw deflate stream. */
export async function unpacked(text: string): Promise<Uint8Array> {
  const characters = atob(text);
  const packed = new Uint8Array(characters.length);
  for (let i = 0; i < packed.length; i++) packed[i] = characters.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
