"""The side of the peers in the protocol of bench/measure/rival.ts: `PROGRAM VARIANT THREADS SIZE FOLDER`."""

import json
import os
import pathlib
import resource
import sys
import time

variant = sys.argv[1]
threads = int(sys.argv[2])
size = json.loads(sys.argv[3])
folder = pathlib.Path(sys.argv[4])

# JAX has no option for the number of its threads; it takes one for every core that it may run on.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
os.environ["OMP_NUM_THREADS"] = str(threads)
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# On a graphics card JAX would take products with ten bits of mantissa for float32.
os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "float32")


def inputs():
    """The arrays that every rival is given, by name."""
    import numpy

    shapes = json.loads((folder / "inputs.json").read_text())
    return {name: numpy.fromfile(folder / f"{name}.f32", "float32").reshape(shape) for name, shape in shapes.items()}


def serve(advance):
    """`advance(n)` takes n steps, waits for them, and returns the number by which rivals are compared."""
    advance(2)
    begun = time.perf_counter()
    value = advance(1)
    once = time.perf_counter() - begun
    print(json.dumps({"value": float(value), "detail": detail()}), flush=True)
    for line in sys.stdin:
        steps = max(1, round(float(line) / once))
        begun = time.perf_counter()
        advance(steps)
        once = (time.perf_counter() - begun) / steps
        peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"milliseconds": 1000 * once, "steps": steps, "peakBytes": peak}), flush=True)


def detail():
    for name in ("torch", "jax"):
        if name in sys.modules:
            return f"{name} {sys.modules[name].__version__}, {variant}, {threads} thread{'s' if threads > 1 else ''}"
    return variant
