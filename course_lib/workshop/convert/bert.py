"""BERT's weights (Devlin et al. 2019) in our `Bert`."""

import math
from typing import Any

import torch

from course_lib.models import Bert, BertConfig
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, State, blank, both, require

LAYER = {
    "self_attention.q_proj": "attention.self.query",
    "self_attention.k_proj": "attention.self.key",
    "self_attention.v_proj": "attention.self.value",
    "self_attention.o_proj": "attention.output.dense",
    "self_attention_norm": "attention.output.LayerNorm",
    "feed_forward.up_proj": "intermediate.dense",
    "feed_forward.down_proj": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}

HEAD = "cls.predictions.bias"
OLD_ENDINGS = [("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias")]


def bert_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> Bert:
    """A `Bert` in eval mode with the weights of a BertModel or BertForMaskedLM.

    A BertModel has no head, so that ours gets new, random weights.

    Args:
        state: the state dict.
        config: the model's config, `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: the config wants what our `Bert` has not, or a tensor is missing, unknown or misshapen.
    """
    checkpoint, model = HubTensors(state, "bert.", OLD_ENDINGS), blank(Bert, sizes(config), dtype)
    checkpoint.skip("pooler.dense.weight", "pooler.dense.bias", "embeddings.position_ids")
    checkpoint.skip("cls.seq_relationship.weight", "cls.seq_relationship.bias")  # was sentence B the next one?
    checkpoint.require_equal(["cls.predictions.decoder.weight"], "embeddings.word_embeddings.weight")
    checkpoint.require_equal(["cls.predictions.decoder.bias"], "cls.predictions.bias")
    head = () if HEAD in checkpoint else (model.transform[0], model.transform[2], model.output)
    return checkpoint.fill(model, weights(checkpoint, model.config), scales(model.config), new=head)


@reads_config
def sizes(config: HubConfig) -> BertConfig:
    """Our config for theirs. Raises CourseError for what our `Bert` can't be."""
    require(
        config,
        model_type="bert",
        hidden_act="gelu",
        layer_norm_eps=1e-12,
        position_embedding_type="absolute",
        is_decoder=False,
    )
    return BertConfig(
        vocab_size=config["vocab_size"],
        d_model=config["hidden_size"],
        d_ff=config["intermediate_size"],
        num_heads=config["num_attention_heads"],
        num_layers=config["num_hidden_layers"],
        max_length=config["max_position_embeddings"],
        dropout=config["hidden_dropout_prob"],
        pad_id=config["pad_token_id"],
    )


def weights(theirs: HubTensors, config: BertConfig) -> NamedTensors:
    """Each tensor of ours and the one of theirs, but for `scales`.

    They add a vector for "first sentence" to every token; we have one sentence, and add it to every position.
    """
    yield "embedding.table.weight", theirs["embeddings.word_embeddings.weight"]
    first_sentence = theirs["embeddings.token_type_embeddings.weight"][0].float()
    yield "positions.table", theirs["embeddings.position_embeddings.weight"] + first_sentence
    yield from both("embedding_norm", theirs, "embeddings.LayerNorm")
    for i in range(config.num_layers):
        for our_part, their_part in LAYER.items():
            yield from both(f"layers.{i}.{our_part}", theirs, f"encoder.layer.{i}.{their_part}")
    if HEAD in theirs:
        yield from both("transform.0", theirs, "cls.predictions.transform.dense")
        yield from both("transform.2", theirs, "cls.predictions.transform.LayerNorm")
        yield "output.bias", theirs[HEAD]


def scales(config: BertConfig) -> dict[str, float]:
    """How much larger than theirs a tensor of ours is, by our name; the last norm makes up for our smaller table."""
    root = math.sqrt(config.d_model)
    return {"embedding.table.weight": 1 / root, "transform.2.weight": root, "transform.2.bias": root}
