"""T5's weights (Raffel et al. 2020) in our `T5`."""

import math
from itertools import product
from typing import Any

import torch

from course_lib.models import T5, T5Config
from course_lib.workshop.convert.folder import HubConfig, reads_config
from course_lib.workshop.convert.hub_tensors import HubTensors, NamedTensors, State, blank, require

ATTENTION = {"q_proj": "q", "k_proj": "k", "v_proj": "v", "o_proj": "o"}
BLOCKS = {
    "self_attention": ("SelfAttention", ATTENTION),
    "cross_attention": ("EncDecAttention", ATTENTION),
    "feed_forward": ("DenseReluDense", {"up_proj": "wi", "down_proj": "wo"}),
}
ENCODER_LAYER = ["self_attention", "feed_forward"]
DECODER_LAYER = ["self_attention", "cross_attention", "feed_forward"]


def t5_from_hugging_face(state: State, config: dict[str, Any], dtype: torch.dtype = torch.float32) -> T5:
    """A `T5` in eval mode with the weights of a T5Model or T5ForConditionalGeneration.

    Args:
        state: the state dict.
        config: the model's config, `model.config.to_dict()`.
        dtype: what our weights are stored in.

    Raises:
        CourseError: the config wants what our `T5` has not, or a tensor is missing, unknown or misshapen.
    """
    checkpoint, model = HubTensors(state), blank(T5, sizes(config), dtype)
    checkpoint.skip("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight")  # old, and never used
    copies = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"]
    checkpoint.require_equal(copies, "shared.weight")
    return checkpoint.fill(model, weights(checkpoint, model.config), scales(model))


@reads_config
def sizes(config: HubConfig) -> T5Config:
    """Our config for theirs. Raises CourseError for what our `T5` can't be."""
    require(
        config,
        model_type="t5",
        feed_forward_proj="relu",
        layer_norm_epsilon=1e-6,
        d_kv=config["d_model"] // config["num_heads"],
        relative_attention_num_buckets=32,
        relative_attention_max_distance=128,
        tie_word_embeddings=True,
        scale_decoder_outputs=True,
    )
    return T5Config(
        vocab_size=config["vocab_size"],
        d_model=config["d_model"],
        d_ff=config["d_ff"],
        num_heads=config["num_heads"],
        num_encoder_layers=config["num_layers"],
        num_decoder_layers=config.get("num_decoder_layers") or config["num_layers"],
        dropout=config["dropout_rate"],
        pad_id=config["pad_token_id"],
    )


def weights(theirs: HubTensors, config: T5Config) -> NamedTensors:
    """Each tensor of ours and the one of theirs, but for `scales`."""
    yield "encoder.embedding.table.weight", theirs["shared.weight"]
    yield from stack("encoder", config.num_encoder_layers, ENCODER_LAYER, theirs)
    yield from stack("decoder", config.num_decoder_layers, DECODER_LAYER, theirs)


def stack(side: str, num_layers: int, blocks: list[str], theirs: HubTensors) -> NamedTensors:
    """The encoder or the decoder."""
    first = f"{side}.block.0.layer.0.SelfAttention"
    yield f"{side}.relative_bias.table.weight", theirs[f"{first}.relative_attention_bias.weight"]
    for i, (number, block) in product(range(num_layers), enumerate(blocks)):
        ours, their_layer = f"{side}.layers.{i}.{block}", f"{side}.block.{i}.layer.{number}"
        yield f"{ours}_norm.weight", theirs[f"{their_layer}.layer_norm.weight"]
        their_block, parts = BLOCKS[block]
        for our_part, their_part in parts.items():
            yield f"{ours}.{our_part}.weight", theirs[f"{their_layer}.{their_block}.{their_part}.weight"]
    yield f"{side}.norm.weight", theirs[f"{side}.final_layer_norm.weight"]


def scales(model: T5) -> dict[str, float]:
    """How much larger than theirs a tensor of ours is, by our name.

    We multiply embeddings by √D, so our table is smaller by that. We divide scores by √E, they don't; in self-attention
    and cross-attention, our queries are larger by that.
    """
    d_model, d_head = model.config.d_model, model.config.d_model // model.config.num_heads
    queries = [name for name in model.state_dict() if name.endswith("q_proj.weight")]
    return {"encoder.embedding.table.weight": 1 / math.sqrt(d_model)} | dict.fromkeys(queries, math.sqrt(d_head))
