/** @file A checkpoint as a page to play with. */

import { webAssemblyBinary } from "../engine/webRuntime.ts";
import { exportField } from "../operator/export.ts";
import { pageScript } from "../pages/bundle.ts";
import { flowRecord, type LoadedOperator } from "../pipeline/model.ts";
import { checkPlayable, renderPlayground } from "./html.ts";
import { referenceOf } from "./reference.ts";

/** Particles that describe the density to the operator in the page: what a browser steps several times a second. */
const pageContext = 1024;

/**
 * The playground of an operator, one HTML file.
 *
 * @param options.webgpu whether the page can compute on the graphics processor, where there is one and it is faster.
 * @throws InputError for operators that it cannot show: not of the plane, not of a Wasserstein gradient flow, or with an energy that
 *   is not of this package.
 */
export async function playgroundPage(
  { checkpoint, definition, model }: LoadedOperator,
  options: { readonly webgpu: boolean },
): Promise<string> {
  const flow = flowRecord(model.flow);
  checkPlayable(checkpoint.folder, flow);
  const { name, dimension, tau, energy } = flow;
  const [page, worker, webgpu, field, runtime, webgpuRuntime] = await Promise.all([
    pageScript("playground"),
    pageScript("worker"),
    pageScript("webgpu"),
    exportField(model),
    webAssemblyBinary("wasm"),
    options.webgpu ? webAssemblyBinary("webgpu") : undefined,
  ]);
  return renderPlayground({
    data: {
      title: definition.title,
      flow: { name, dimension, tau, energy },
      context: pageContext,
      reference: referenceOf(model.flow).kind,
    },
    scripts: { playground: page, worker, webgpu },
    model: field,
    runtime,
    ...(webgpuRuntime && { webgpuRuntime }),
  });
}
