"""What holds for every test and every lesson: one thread, no hub, and printed floats may be rounded."""

import os

# Two workers on two cores: with more than one thread each, they would only wait for one another.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
for library in ("HF_HUB", "HF_DATASETS", "TRANSFORMERS"):
    os.environ[f"{library}_OFFLINE"] = "1"

pytest_plugins = ["tests.notebooks.tolerance"]
