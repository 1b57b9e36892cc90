/** @file Addresses as they may be shown. */

/** The address without a user and a password, which messages and logs must not keep; what is no address loses all up to its last `@`. */
export function withoutCredentials(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.host === "") return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1");
  if (url.username === "" && url.password === "") return address;
  url.username = "";
  url.password = "";
  return url.href;
}

/** A user or a password of an address; what is not percent-encoded as it should be is taken as it stands. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
