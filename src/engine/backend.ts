/** @file Running functions of tensors under another TensorFlow.js backend without leaving anything behind. */
import * as tf from "@tensorflow/tfjs";

/** Runs `f` in a tidy under a backend and goes back to the backend before, also when `f` throws. */
export function inBackend(backend: string, f: () => void): void {
  const previous = chosenBackend();
  setBackend(backend);
  try {
    tf.tidy(f);
  } finally {
    releaseTape();
    setBackend(previous);
  }
}

/** The backend in use. Chooses one if none is chosen yet, so that there is one to go back to. */
export function chosenBackend(): string {
  const engine = tf.engine();
  engine.backend;
  return engine.backendName;
}

/** tfjs's own `setBackend` is asynchronous only for backends that have to be waited for, which none of ours has. */
export function setBackend(name: string): void {
  void tf.setBackend(name);
}

/** Gradients keep tensors until the tape is done with them; a function that throws in between leaves them behind. */
function releaseTape(): void {
  const { state } = tf.engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}
