"""On another device than the CPU, everything is computed as on the CPU."""

import copy
from functools import partial
from unittest.mock import patch

import numpy as np
import pytest
import torch
from datasets import Dataset
from torch.nn.attention import SDPBackend, sdpa_kernel

from course_lib import evaluation
from course_lib.data import ChatTemplate, ImageProcessor, questions_about
from course_lib.data.rows import pad
from course_lib.data.tokenizer import BOS, EOS
from course_lib.generation import (
    CachedDecoding,
    Chat,
    LearnedReward,
    RecomputingDecoding,
    Rollouts,
    Sampler,
    beam,
    complete,
    generate,
    greedy_search,
    translate,
)
from course_lib.models import ActorCritic
from course_lib.nn import add_lora, merge_lora, record_attention
from course_lib.nn.rotary_scaling import YarnScaling
from course_lib.objectives import CriticAdvantages, ProximalPolicy, TeacherForcing
from course_lib.training import Plan, Trainer
from tests.chats import ANSWERS, QUESTIONS, assistant, chat_template, chat_tokenizer, user
from tests.models.tiny import (
    IMAGE_SIZE,
    tiny_bert,
    tiny_clip,
    tiny_gpt,
    tiny_llm,
    tiny_scorer,
    tiny_vit,
    tiny_vlm,
)
from tests.pretend_device import UNAVAILABLE, pretend_device
from tests.toys import reversal_batches, sentence_rows, tiny_translator, toy_tokenizer

pytestmark = [
    pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE),
    pytest.mark.usefixtures("shapes_unchecked"),
]


@pytest.fixture
def device():
    with pretend_device() as device:
        yield device


@pytest.mark.parametrize(
    "mix",
    [
        lambda x: x + torch.ones(5),
        lambda x: x @ torch.ones(5, 2),
        lambda x: torch.cat([x, torch.ones(3, 5)]),
        lambda x: x.masked_fill(torch.ones(3, 5).bool(), 0.0),
        lambda x: torch.nn.Linear(5, 2)(x),
        lambda x: torch.multinomial(x.exp(), 1, generator=torch.Generator()),
        lambda x: x.numpy(),
        lambda x: np.asarray(x),
    ],
)
def test_what_is_on_the_device_does_not_mix_with_what_is_not(mix, device):
    x = torch.randn(3, 5)
    mix(x)
    with pytest.raises((RuntimeError, TypeError)):
        mix(x.to(device))


def test_numbers_of_the_cpu_may_be_used_there(device):
    x = torch.arange(5.0, device=device)
    assert (2 * x + torch.tensor(1.0)).cpu().tolist() == [1, 3, 5, 7, 9]
    assert (x.sum().item(), float(x[3]), x.tolist()[2]) == (10, 3, 2)


def test_tied_weights_stay_tied(device):
    model = tiny_translator().to(device)
    assert model.encoder.embedding.table.weight is model.decoder.output.weight
    assert copy.deepcopy(model).decoder.output.weight.device == device


def trained(device, **settings):
    """A model after four steps, with an average of its weights, and the losses."""
    torch.manual_seed(0)
    model = tiny_translator().to(device)
    plan = Plan(steps=4, learning_rate=1e-2, average=0.5, accumulate=2, evaluations=4, saves=4)
    history = Trainer(model, reversal_batches(), TeacherForcing(), plan, **settings).train()
    return model, [entry["loss"] for entry in history[1:]]


def test_a_training_stays_on_the_device_and_learns_the_same(device):
    (model, losses), (_, expected) = trained(device), trained("cpu")
    assert {parameter.device for parameter in model.parameters()} == {device}
    assert losses == pytest.approx(expected, abs=2e-4)


def test_a_training_goes_on_there_from_its_checkpoint(device, tmp_path):
    steps = iter(range(3))
    with pytest.raises(StopIteration):
        trained(device, folder=tmp_path, evaluate=lambda model: {"step": next(steps)})
    resumed, whole = (trained(device, folder=folder)[0].state_dict() for folder in (tmp_path, None))
    assert all(torch.equal(resumed[name].cpu(), whole[name].cpu()) for name in whole)


TEXTS = [[BOS, *range(3, n), EOS] for n in (5, 9, 7)]
PICTURES = [np.random.default_rng(i).integers(0, 256, (29, 31, 3), dtype=np.uint8) for i in range(3)]
PROCESSOR = ImageProcessor(size=(IMAGE_SIZE, IMAGE_SIZE))
DIALOGUES = Dataset.from_dict({"instruction": QUESTIONS[:4], "response": ANSWERS, "context": [""] * 4})
PAIRS = Dataset.from_dict(
    {
        side: [[user(q), assistant(a)] for q, a in zip(QUESTIONS, answers, strict=False)]
        for side, answers in {"chosen": ANSWERS, "rejected": ANSWERS[::-1]}.items()
    }
)


def for_chat(make, device, **changes):
    return make(vocab_size=len(chat_tokenizer()), max_length=97, **changes).to(device)


def seeing(device):
    """A model that sees, and its template."""
    tokenizer = chat_tokenizer().with_special("<image>")
    model = tiny_vlm(vocab_size=len(tokenizer), max_length=197).to(device)
    return model, ChatTemplate(tokenizer, model.config.num_visual_tokens)


def searched(search, decoding=CachedDecoding):
    """A search with a translator: token ids."""

    def use(device):
        model, start = tiny_translator().to(device), torch.full((3, 1), BOS, device=device)
        return search(decoding(model, pad(TEXTS).to(device)), start, EOS)

    return use


def short_answers():
    """Answers have 5 tokens at most: models that have learned nothing would go on to the limit."""
    return patch.object(evaluation.chat, "answer", partial(evaluation.answer, max_new_tokens=5))


def translated(device):
    return translate(["um dois", "três"], tiny_translator(vocab_size=len(toy_tokenizer())).to(device), toy_tokenizer())


def translations_scored(device):
    rows = Dataset.from_list(sentence_rows(5))
    return evaluation.evaluate_translator(tiny_translator(vocab_size=300).to(device), toy_tokenizer(), rows)


def completed(make, choose=None):
    def use(device):
        settings = {"choose": choose()} if choose else {}
        return complete([ids[:-1] for ids in TEXTS], make().to(device), EOS, max_new_tokens=7, **settings)

    return use


def chatted(device):
    chat = Chat(for_chat(tiny_llm, device), chat_template(), max_new_tokens=5)
    return ["".join(chat.say(text)) for text in QUESTIONS]


def seen_and_chatted(device):
    model, template = seeing(device)
    chat = Chat(model, template, max_new_tokens=5, processor=PROCESSOR)
    chat.show(PICTURES[0])
    said = ["".join(chat.say(QUESTIONS[0]))]
    chat.show(PICTURES[1])
    return [*said, "".join(chat.say(QUESTIONS[1]))]


def answered_about(device):
    model, template = seeing(device)
    features = evaluation.look_at(PICTURES, model, PROCESSOR)
    return evaluation.answer(questions_about(features, QUESTIONS[:3]), model, template, max_new_tokens=5)


def vlm_scored(device):
    model, template = seeing(device)
    texts = [[{"user": q, "assistant": a, "kind": "k", "form": "f"}] for q, a in zip(QUESTIONS, ANSWERS, strict=False)]
    with short_answers():
        return evaluation.evaluate_vlm(model, template, evaluation.look_at(PICTURES, model, PROCESSOR), texts[:3])


def classified(device):
    return evaluation.classify(tiny_vit().to(device), PROCESSOR, PICTURES).tolist()


def clip_compared(device):
    model = tiny_clip(text={"vocab_size": 300}).to(device)
    images = evaluation.encode_pictures(model, PROCESSOR, PICTURES)
    words = ["um", "dois", "três"]
    captions = evaluation.encode_captions(model, toy_tokenizer(), words)
    classes = evaluation.class_vectors(model, toy_tokenizer(), words, ["{}"])
    return evaluation.best_class(images, classes).tolist(), evaluation.recall_at_1(images, captions)


def policy_measured(device):
    policy, reference = tiny_llm().to(device), tiny_llm()  # the reference follows
    judge = LearnedReward(tiny_scorer().to(device))
    return evaluation.reward_and_kl(policy, reference, [[1, 3], [1, 4, 5]], judge, EOS, max_new_tokens=3)


def learned_from_rollouts(device):
    """The loss of PPO on answers that were drawn there; reference and judge follow, the critic starts there."""
    policy = tiny_llm().to(device)
    model, reference, judge = ActorCritic(policy), tiny_llm(), LearnedReward(tiny_scorer().to(device))
    advantages = CriticAdvantages(model.values, 0.02)
    batches = Rollouts([[1, 3], [1, 4, 5]], policy, reference, judge, advantages, end_id=EOS, max_new_tokens=3)
    return ProximalPolicy()(model, batches.batch(batches.epoch(0)[0])).total.item()


def margins(device):
    return evaluation.preference_margins(for_chat(tiny_scorer, device), chat_tokenizer(), PAIRS).tolist()


def preferences_scored(device):
    return evaluation.evaluate_preferences(for_chat(tiny_scorer, device), chat_tokenizer(), PAIRS)


def chat_scored(device):
    rows = DIALOGUES.add_column("category", ["talk"] * 4)
    with short_answers():
        return evaluation.evaluate_chat(for_chat(tiny_llm, device), chat_tokenizer(), rows)


def texts_scored(device):
    return evaluation.score_texts(tiny_llm().to(device), TEXTS)


def recorded(device):
    model = tiny_translator().to(device)
    with record_attention(model) as maps:
        model(pad(TEXTS).to(device), pad(TEXTS).to(device))
    return [maps.weights(kind).tolist() for kind in maps.kinds]


def adapted(device):
    model = add_lora(tiny_llm().to(device), 2, names=("q_proj",))
    return merge_lora(model)(pad(TEXTS).to(device)).tolist()


def read_as(make):
    """The logits of a model that reads a padded batch."""
    return lambda device: make().to(device)(pad(TEXTS).to(device)).tolist()


USES = {
    "greedy": searched(greedy_search),
    "greedy without a cache": searched(greedy_search, RecomputingDecoding),
    "beam": searched(beam(3)),
    "sampling": searched(lambda *where: generate(*where, Sampler(seed=3))),
    "translate": translated,
    "evaluate_translator": translations_scored,
    "complete, Llm": completed(tiny_llm),
    "complete, Llm with windows": completed(lambda: tiny_llm(window_sizes=(2, 3, None))),
    "complete, Gpt": completed(tiny_gpt),
    "complete, top-k": completed(tiny_llm, lambda: Sampler(top_k=5, top_p=0.9, seed=1)),
    "chat": chatted,
    "chat about pictures": seen_and_chatted,
    "answer": answered_about,
    "evaluate_vlm": vlm_scored,
    "classify": classified,
    "zero-shot": clip_compared,
    "reward_and_kl": policy_measured,
    "rollouts": learned_from_rollouts,
    "preference_margins": margins,
    "evaluate_preferences": preferences_scored,
    "evaluate_chat": chat_scored,
    "score_texts": texts_scored,
    "record_attention": recorded,
    "LoRA": adapted,
    "Bert": read_as(tiny_bert),
    "Llm, YaRN": read_as(lambda: tiny_llm(rope_scaling=YarnScaling(factor=4.0, original_length=5))),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_there_comes_out_what_comes_out_on_the_cpu(use, device):
    results = []
    with sdpa_kernel(SDPBackend.MATH):  # the device has no other
        for place in ("cpu", device):
            torch.manual_seed(0)
            results.append(use(place))
    assert results[0] == results[1]
