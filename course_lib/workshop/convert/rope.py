"""RoPE in a checkpoint's config and in ours.

On the hub, a config has `rope_theta`, the base, and `rope_scaling`, a dict; since transformers 5 it has both in one
dict, `rope_parameters`, which may hold one such dict for layers with a window and one for the others.
"""

from typing import Any

from course_lib.errors import CourseError
from course_lib.models import LlmConfig
from course_lib.nn import DynamicNtkScaling, LinearScaling, Llama3Scaling, YarnScaling
from course_lib.workshop.convert.folder import HubConfig
from course_lib.workshop.convert.hub_tensors import require

ORIGINAL = "original_max_position_embeddings"
# Their name of each scaling, our class, and our fields with their names; the length is added where it is needed.
SCALINGS = {
    "linear": (LinearScaling, {"factor": "factor"}),
    "dynamic": (DynamicNtkScaling, {"factor": "factor"}),
    "yarn": (
        YarnScaling,
        {"factor": "factor", "fast": "beta_fast", "slow": "beta_slow", "magnitude": "attention_factor"},
    ),
    "llama3": (Llama3Scaling, {"factor": "factor", "fast": "high_freq_factor", "slow": "low_freq_factor"}),
}
Scaling = LinearScaling | DynamicNtkScaling | YarnScaling | Llama3Scaling
OPTIONAL = {"beta_fast", "beta_slow", "attention_factor"}


def rope_fields(config: HubConfig, window_rope: bool) -> dict[str, object]:
    """The fields of `LlmConfig` that have to do with RoPE, from the config of a checkpoint (a `HubConfig`).

    `window_rope` is whether its layers with a window have a base of their own.

    Raises:
        CourseError: an unknown type of RoPE, a setting that is missing, or one that we would not compute with.
    """
    everywhere, in_windows = two_settings(config) if window_rope else (one_setting(config), {})
    return {
        "rope_base": float(everywhere.positive("rope_theta")),
        "rope_scaling": scaling(everywhere, config),
        "window_rope_base": float(in_windows.positive("rope_theta")) if in_windows else None,
    }


def one_setting(config: HubConfig) -> HubConfig:
    """The settings of all layers."""
    settings = config.get("rope_parameters")
    if settings is None:
        settings = {"rope_theta": config.get("rope_theta", 10_000.0), **(config.get("rope_scaling") or {})}
    return agreeing(settings, config)


def agreeing(settings: dict[str, Any], config: HubConfig) -> HubConfig:
    """The settings as a `HubConfig`.

    Raises:
        CourseError: `rope_scaling`, which transformers 5 lets win, says something else beside them.
    """
    scaling = config.get("rope_scaling") or {}
    if any(settings.get(name) != value for name, value in scaling.items()):
        raise CourseError(
            f"the checkpoint's config has rope_parameters = {settings} and another rope_scaling = {scaling}; "
            "put all that is meant into rope_parameters, and delete rope_scaling"
        )
    return HubConfig(settings)


def two_settings(config: HubConfig) -> tuple[HubConfig, HubConfig]:
    """The settings of layers that see the whole text, and of layers with a window."""
    settings = HubConfig(config.get("rope_parameters") or {})
    if not settings:
        everywhere = {"rope_theta": config["rope_theta"], **(config.get("rope_scaling") or {})}
        settings = {"full_attention": everywhere, "sliding_attention": {"rope_theta": config["rope_local_base_freq"]}}
    everywhere, in_windows = agreeing(settings["full_attention"], config), HubConfig(settings["sliding_attention"])
    require(in_windows, rope_type="default")
    return everywhere, in_windows


def scaling(settings: HubConfig, config: HubConfig) -> Scaling | None:
    """Our scaling for the settings of one kind of layer; None where there is none."""
    name = settings.get("rope_type") or settings.get("type") or "default"
    if name == "default":
        return None
    if name not in SCALINGS:
        raise CourseError(f"unknown RoPE type {name!r}; known: default, {', '.join(SCALINGS)}")
    scaling_class, names = SCALINGS[name]
    settings = HubConfig({key: value for key, value in settings.items() if value is not None})
    unknown = settings.keys() - {"rope_type", "type", "rope_theta", ORIGINAL, *names.values()}
    if unknown:
        raise CourseError(f"RoPE of the type {name!r} has a setting that we don't know: {', '.join(sorted(unknown))}")
    given = {ours: theirs for ours, theirs in names.items() if theirs not in OPTIONAL or theirs in settings}
    fields = {ours: settings[theirs] for ours, theirs in given.items()}
    if scaling_class is not LinearScaling:
        fields["original_length"] = original_length(name, settings, config)
    return scaling_class(**fields)


def original_length(name: str, settings: HubConfig, config: HubConfig) -> int:
    """The context before it was stretched. Dynamic NTK stretches it in use, and takes the config's."""
    whole = config["max_position_embeddings"]
    return whole if name == "dynamic" else settings.get(ORIGINAL) or config.get(ORIGINAL) or whole


def hub_rope(config: LlmConfig) -> dict[str, object]:
    """The way back: the settings for a config on the hub, from an `LlmConfig`."""
    settings = {"rope_theta": config.rope_base}
    if config.rope_scaling is not None:
        settings["rope_scaling"] = hub_scaling(config.rope_scaling)
    if config.window_rope_base is not None:
        settings["rope_local_base_freq"] = config.window_rope_base
    return settings


def hub_scaling(ours: Scaling) -> dict[str, object]:
    """Their settings for a scaling of ours."""
    name = next(name for name, (scaling_class, _) in SCALINGS.items() if isinstance(ours, scaling_class))
    settings = {theirs: getattr(ours, field) for field, theirs in SCALINGS[name][1].items()}
    if name in ("yarn", "llama3"):
        settings[ORIGINAL] = ours.original_length
    return {"rope_type": name, **settings}
