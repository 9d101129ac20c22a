"""What nearly every lesson imports, by itself or through torch. It is only imported: nothing may have begun to run."""

import gc
import os

gc.disable()  # all of it stays
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # matplotlib reads it once, when it is imported

import accelerate  # noqa: E402, F401
import datasets  # noqa: E402, F401
import ipykernel.kernelapp  # noqa: E402, F401
import matplotlib.axes  # noqa: E402, F401
import matplotlib.backends.backend_agg  # noqa: E402, F401
import matplotlib.pyplot  # noqa: E402, F401
import torch._dynamo  # noqa: E402, F401

import course_lib.evaluation  # noqa: E402, F401
import course_lib.generation  # noqa: E402, F401
import course_lib.models  # noqa: E402, F401
import course_lib.training  # noqa: E402, F401
import course_lib.workshop.studies  # noqa: E402, F401
import course_lib.workshop.viz  # noqa: E402, F401

gc.enable()
gc.freeze()
