/** @file How pipelines that are files of a user's own are resolved; registered after tsx, so that it is asked first. */

let ownIndex = "";

export function initialize(data) {
  ownIndex = data.ownIndex;
}

/**
 * `learn-to-evolve` is the package that runs, wherever the file lies: a second copy would have its own classes of
 * errors and its own TensorFlow.js. A file of the user's is a module, whatever the package.json around it says or
 * does not say; packages that it uses are what they say.
 */
export async function resolve(specifier, context, next) {
  if (specifier === "learn-to-evolve") return { url: ownIndex, format: "module", shortCircuit: true };
  const resolved = await next(specifier, context);
  const isOwn = /\.[tj]s(\?|$)/.test(resolved.url) && !resolved.url.includes("/node_modules/");
  return isOwn && resolved.format === "commonjs" ? { ...resolved, format: "module" } : resolved;
}
