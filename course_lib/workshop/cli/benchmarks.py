"""`course bench`: what this machine does, measured, as ratios of two things that took turns in one run."""

import json
import os
import platform
from pathlib import Path
from typing import Annotated

import typer

from course_lib.runtime import pick_device, set_threads
from course_lib.workshop.benchmarks import Options, find_benchmarks
from course_lib.workshop.cli.console import table


def bench(
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="One of them; may be repeated.")] = None,
    source: Annotated[str, typer.Option(help="What is trained on: world, a file, a folder, or a hub id.")] = "world",
    text: Annotated[str, typer.Option(help="What `characters` learns: a text file, or a source of stories.")] = "world",
    model: Annotated[str, typer.Option(help="What translates: a name in data/models, or a folder.")] = "translator",
    minutes: Annotated[float, typer.Option(min=0.01, help="How long `training` trains each model.")] = 2.0,
    rounds: Annotated[int, typer.Option(min=1, help="How often the others repeat each measurement.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure how fast this machine trains and translates.

    Two ways to do the same take turns, so that a busy machine slows both; the median of their ratios counts.

    \b
    throughput  training: useful tokens per second, against a textbook use of torch.nn.Transformer
    decoding    translating 250 sentences: with the cache, against without it
    peak        training: the share of the speed of a bare matrix multiplication
    training    BLEU per minute of training, against the textbook again (takes twice the minutes)
    characters  learning a text by its characters, against a GPT-2 of Hugging Face (takes minutes)
    writing     tokens per second of greedy writing, against transformers.generate
    smollm2     the same with a real model in few bits and many, and llama.cpp where its binding is installed
    serving     tokens per second of a real model that answers 16 at once, against one after the other
    window      time per token late and early in a text, with windows; bytes of the caches
    decoder     training a decoder of 6 layers of 384, against a Llama of Hugging Face (takes minutes)
    vit         training vision transformers, against torchvision's of the same shapes
    clip        training CLIP, against open_clip's of the same shapes
    pictures    drawing the little world: pictures per second of one core

    \b
    Examples:
      course bench
      course bench --only throughput --source my_pairs/ --json

    \b
    Exit status:
      0  measured
      2  something can't be used; the message says what was expected
    """
    options = Options(source, text, model, minutes, rounds)
    benchmarks = find_benchmarks(only or ())
    setup = machine() | {"source": source, "text": text, "model": model}
    show = (lambda text: None) if as_json else typer.echo
    show(", ".join(f"{key} {value}" for key, value in setup.items()))
    results = {}
    for name, benchmark in benchmarks.items():
        typer.echo(f"measuring {name} ...", err=True)
        results[name] = benchmark.measure(options)
        show(f"\n{name}: {benchmark.__doc__.splitlines()[0]}\n\n{table(results[name])}")
    if as_json:
        typer.echo(json.dumps({"setup": setup, "benchmarks": results}, indent=2))


def machine() -> dict[str, str | int | None]:
    """Return what the numbers depend on: the machine, the versions and the threads."""
    import torch

    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "threads": set_threads(),
        "device": str(pick_device()),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def cpu_name() -> str:
    """The name of the processor, as Linux or else Python knows it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
