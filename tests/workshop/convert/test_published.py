"""The published configs are read, and give models of the sizes that their makers tell."""

import pytest
import torch

from course_lib.models import Llm
from course_lib.workshop.convert import PUBLISHED, llm_config

BILLIONS = {
    "Llama 3.1 8B": 8.03,
    "Mistral 7B": 7.24,
    "Qwen 2.5 7B": 7.62,
    "Qwen 3 8B": 8.19,
    "Gemma 2 9B": 9.24,
    "Gemma 3 12B": 11.77,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_model_of_a_published_config_has_the_published_number_of_parameters(name):
    with torch.device("meta"):
        model = Llm(llm_config(PUBLISHED[name]))
    assert round(model.num_parameters() / 1e9, 2) == BILLIONS[name]


def test_windows_are_in_all_layers_of_mistral_in_every_other_of_gemma_2_and_in_five_of_six_of_gemma_3():
    with_window = {
        name: sum(window is not None for window in llm_config(config).window_sizes)
        for name, config in PUBLISHED.items()
    }
    assert with_window == dict.fromkeys(PUBLISHED, 0) | {"Mistral 7B": 32, "Gemma 2 9B": 21, "Gemma 3 12B": 40}
