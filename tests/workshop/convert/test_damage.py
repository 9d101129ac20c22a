"""A checkpoint is read whole, of whatever family: what is missing, left over, misshapen or damaged is named."""

import re

import pytest
import torch
from safetensors.torch import load_file

from course_lib.errors import CourseError
from course_lib.workshop.convert import HubCheckpoint
from course_lib.workshop.convert.hub import CONVERTERS
from tests.workshop.convert import test_bert, test_gpt2, test_t5
from tests.workshop.convert.hugging_face import one_of_each_kind
from tests.workshop.convert.llm_twins import FAMILIES, saved, their_llm
from tests.workshop.convert.vision_twins import their_clip, their_siglip, their_vit

MAKERS = {"bert": test_bert.theirs, "gpt2": test_gpt2.theirs, "t5": test_t5.theirs}
MAKERS |= {family: lambda family=family: their_llm(family) for family in FAMILIES}
MAKERS |= {"vit": their_vit, "clip": their_clip, "siglip": their_siglip}
LAYERS = {"gpt2": ["n_layer"], "t5": ["num_layers", "num_decoder_layers"]}
FIRST_ROW = "token_type_embeddings"  # of BERT: the others are not read
PREFIX = r"^(bert|transformer|model|vit)\."  # which may be left out


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A function from the name of a family to the tensors and the config of one of its models, as they are saved."""
    made = {}

    def stored(family):
        if family not in made:
            folder = saved(MAKERS[family](), tmp_path_factory.mktemp(family))
            made[family] = load_file(folder / "model.safetensors"), HubCheckpoint(folder).config
        return made[family]

    return stored


def refuses(tensors, config, message):
    with pytest.raises(CourseError, match=message):
        CONVERTERS[config["model_type"]](tensors, config)


each_family = pytest.mark.parametrize("family", MAKERS)


@each_family
def test_a_tensor_that_is_missing_misshapen_or_not_finite_is_named_whatever_its_kind(family, stored):
    tensors, config = stored(family)
    for name in one_of_each_kind(tensors):
        inner, tensor, bad = re.escape(re.sub(PREFIX, "", name)), tensors[name], tensors[name].clone()
        missing = {other: kept for other, kept in tensors.items() if other != name}
        refuses(missing, config, f"has no tensor {inner}|has no place for cl")
        bad.view(-1)[-1] = torch.nan
        refuses(tensors | {name: bad}, config, f"{inner} contains NaN or infinity")
        if FIRST_ROW not in name:
            longer = torch.cat([tensor, tensor[:1]]) if tensor.dim() else tensor[None]
            refuses(tensors | {name: longer}, config, "should have the shape|differs from")


@each_family
def test_a_tensor_too_many_and_another_number_of_layers_are_refused(family, stored):
    tensors, config = stored(family)
    refuses(tensors | {"adapter.weight": torch.zeros(2)}, config, r"has no place for adapter\.weight")
    towers = {"vision_config", "text_config"} & config.keys()
    for setting in LAYERS.get(family, ["num_hidden_layers"]):
        for more, message in [(1, "has no tensor|window_sizes"), (-1, "has no place for|window_sizes")]:
            changed = {tower: config[tower] | {setting: config[tower][setting] + more} for tower in towers}
            refuses(tensors, config | (changed or {setting: config[setting] + more}), message)
