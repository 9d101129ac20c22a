"""One encoder-decoder for the translator and for T5: their logits bit for bit, whole and with a cache."""

import pytest
import torch

from course_lib.models import Translator, TranslatorConfig, load_model
from course_lib.models.seq2seq import T5, TRANSLATOR, Seq2Seq, Seq2SeqConfig
from tests.models.tiny import SIZES, tiny_t5
from tests.parity import V, shake


def models():
    torch.manual_seed(0)
    for norm_first in (False, True):
        sizes = SIZES | {"num_encoder_layers": 2, "num_decoder_layers": 3, "max_length": 31}
        yield (
            shake(Translator(TranslatorConfig(**sizes, norm_first=norm_first))).eval(),
            TRANSLATOR | {"norm_first": norm_first},
        )
    yield tiny_t5(), T5
    shipped = load_model("translator")[0]
    yield shipped, TRANSLATOR | {"norm_first": shipped.config.norm_first}


def twin(theirs, choices):
    config, names = theirs.config, Seq2SeqConfig.__dataclass_fields__
    sizes = {name: getattr(config, name) for name in names if hasattr(config, name)}
    ours = Seq2Seq(Seq2SeqConfig(**sizes | choices)).eval()
    state = {
        name.replace("_add_norm.norm.", "_norm.").replace("decoder.output.", "output."): t
        for name, t in theirs.state_dict().items()
    }
    ours.load_state_dict(state)
    return ours


@pytest.mark.parametrize("number", range(4))
@torch.no_grad()
def test_it_is_bit_for_bit(number):
    theirs, choices = list(models())[number]
    ours = twin(theirs, choices)
    source, target = torch.randint(1, V, (3, 9)), torch.randint(1, V, (3, 7))
    source[0, 5:] = source[1, 7:] = theirs.config.pad_id
    assert torch.equal(ours(source, target), theirs(source, target))
    caches = ours.new_cache(source), theirs.new_cache(source)
    positions = torch.arange(7).expand(3, 7).clone() - torch.tensor([[0], [2], [3]])
    positions[positions < 0] = -1
    for part, at in zip(target.split((4, 1, 1, 1), 1), positions.split((4, 1, 1, 1), 1), strict=True):
        assert torch.equal(ours.decode(part, at, caches[0]), theirs.decoder(part, positions=at, cache=caches[1]))
    for cache in caches:
        cache.select(torch.tensor([2, 0]))
    part = target[[2, 0], :1]
    assert torch.equal(ours.decode(part, cache=caches[0]), theirs.decoder(part, cache=caches[1]))
