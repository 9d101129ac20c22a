"""What holds for every model of texts: padding, order, the future, caches, and what is saved and loaded."""

from functools import partial
from itertools import pairwise

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import load_model, save_model
from tests.models.tiny import tiny_bert, tiny_gpt, tiny_llm, tiny_scorer, tiny_t5
from tests.nn.test_kv_cache import FEWER_CUTS, LENGTH
from tests.parity import B, T, V, assert_near
from tests.toys import tiny_translator, toy_tokenizer

SOURCE = torch.tensor([[4, 2, 16, 0, 0, 0, 0], [3, 5, 2, 2, 7, 11, 4]])
TARGET = torch.tensor([[1, 9, 8, 3, 3], [1, 16, 5, 7, 2]])
WINDOWS = {"window_sizes": (3, None, 2)}
TRANSLATORS = {  # from a source to a target
    "t5": tiny_t5,
    "translator": tiny_translator,
    "translator, norms first": partial(tiny_translator, norm_first=True),
}
CAUSAL = {"gpt": tiny_gpt, "llm": tiny_llm} | TRANSLATORS
MODELS = {"bert": tiny_bert} | CAUSAL
SAVED = MODELS | {"llm with windows": partial(tiny_llm, **WINDOWS), "scorer": partial(tiny_scorer, **WINDOWS)}
each_model = pytest.mark.parametrize("name", MODELS)


def texts_for(name):
    """What a model reads: the first of two texts is padded in the source."""
    return [SOURCE, TARGET] if name in TRANSLATORS else [SOURCE] if name == "bert" else [TARGET]


@pytest.mark.parametrize("more", [1, 11])
@each_model
def test_the_amount_of_padding_changes_no_logits(name, more, tolerance):
    model, texts = MODELS[name](), texts_for(name)
    padded = [torch.cat([text, torch.zeros(B, more, dtype=torch.long)], dim=1) for text in texts]
    assert_near(model(*padded)[:, : texts[-1].shape[1]], model(*texts), tolerance)


@each_model
def test_the_order_of_the_tokens_matters(name):
    model, texts = MODELS[name](), [text[1:] for text in texts_for(name)]
    before = model(*texts)[:, -1]
    for side, text in enumerate(texts):
        swapped = text[:, [1, 0, *range(2, text.shape[1])]]
        assert not torch.isclose(model(*texts[:side], swapped, *texts[side + 1 :])[:, -1], before).any()


@each_model
def test_logits_may_be_computed_for_some_tokens_only(name, tolerance):
    model, texts = MODELS[name](), texts_for(name)
    keep = texts[-1] % 2 == 1
    assert_near(model(*texts, keep=keep), model(*texts)[keep], tolerance)


@pytest.mark.parametrize("name", CAUSAL)
def test_a_change_moves_its_own_logits_and_all_later_ones_and_no_earlier_one(name):
    model, (*source, target) = CAUSAL[name](), texts_for(name)
    before = model(*source, target)
    for t in range(1, T):
        changed = target.clone()
        changed[:, t] = 12
        after = model(*source, changed)
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.isclose(after[:, t:], before[:, t:]).all(-1).any()


@pytest.mark.parametrize("name", TRANSLATORS)
def test_every_cut_of_the_target_gives_the_logits_of_the_whole(name, tolerance):
    model, target = TRANSLATORS[name](), torch.randint(1, V, (B, LENGTH))
    whole = model(SOURCE, target)
    for cuts in FEWER_CUTS:
        cache = model.new_cache(SOURCE)
        chunks = [model.decoder(target[:, a:b], cache=cache) for a, b in pairwise(cuts)]
        assert_near(torch.cat(chunks, dim=1), whole, tolerance)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_source_of_nothing_but_padding_gives_numbers_and_gradients(name):
    model = TRANSLATORS[name]()
    logits = model(torch.zeros_like(SOURCE), TARGET)
    logits.square().sum().backward()
    assert logits.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize("name", SAVED)
def test_a_loaded_model_has_the_logits_of_the_saved_one(name, tmp_path):
    model, texts = SAVED[name](vocab_size=len(toy_tokenizer())), texts_for(name)
    save_model(model, tmp_path, toy_tokenizer())
    loaded, _ = load_model(tmp_path)
    assert torch.equal(loaded(*texts), model(*texts))
    assert (loaded.config, loaded.num_parameters()) == (model.config, model.num_parameters()), "what was tied stays so"


@pytest.mark.usefixtures("shapes_unchecked")
@each_model
def test_a_text_without_a_batch_is_refused(name):
    first, *others = texts_for(name)
    with pytest.raises(CourseError, match=rf"\bB \w\b.* got .*\({first.shape[1]},\)"):
        MODELS[name]()(first[0], *others)


@each_model
def test_a_config_is_written_with_names_and_stays_as_it_is(name):
    config = MODELS[name]().config
    with pytest.raises(TypeError):
        type(config)(V)
    with pytest.raises(AttributeError):
        config.vocab_size = 3
