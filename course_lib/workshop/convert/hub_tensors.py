"""A checkpoint that is read name by name, and whatever in it we would not compute with is refused."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch.nn import Module
from torch.overrides import TorchFunctionMode

from course_lib.errors import CourseError
from course_lib.files import check_numbers, pieces
from course_lib.models.base import Model, unique_tensors
from course_lib.nn import RMSNorm

State = Mapping[str, torch.Tensor]  # name -> tensor, such as a state dict
NamedTensors = Iterator[tuple[str, torch.Tensor]]  # names of ours, and what each is to be filled with
Ours = TypeVar("Ours", bound=Model)


class HubTensors:
    """The tensors of a Hugging Face model; each is fetched only when it is asked for, and remembered as read.

    Args:
        state: of the model.
        prefix: what a model with a head puts before the names of the model inside, such as "bert."; left out here.
        old_endings: endings of names in old checkpoints, and what they are today.
    """

    def __init__(self, state: State, prefix: str = "", old_endings: Iterable[tuple[str, str]] = ()):
        self._state = state
        self._names = {}
        for name in state:
            today = name.removeprefix(prefix)
            for old, new in old_endings:
                today = today.removesuffix(old) + new if today.endswith(old) else today
            self._names[today] = name
        self._unread = set(self._names)

    def __contains__(self, name):
        return name in self._names

    def __getitem__(self, name):
        """The tensor `name`, in the precision that it is stored in. Raises CourseError as `shaped` does."""
        return self.shaped(name)

    def shaped(self, name: str, shape: Sequence[int] | None = None) -> torch.Tensor:
        """The tensor `name`, if it has this `shape`; default: any.

        Raises:
            CourseError: there is none, it has another shape, or holds other than finite, plain numbers.
        """
        if name not in self:
            raise CourseError(f"the checkpoint has no tensor {name}")
        self._unread.discard(name)
        tensor = self._state[self._names[name]]
        if shape not in (None, tensor.shape):
            raise CourseError(
                f"{name} should have the shape {tuple(shape)}, the checkpoint's has {tuple(tensor.shape)}"
            )
        check_numbers(name, tensor)
        return tensor

    def skip(self, *names: str) -> None:
        """Count these as read where they are there: we have no use for them."""
        self._unread -= set(names)

    def skip_all(self, ending: str) -> None:
        """`skip` whatever ends so."""
        self.skip(*(name for name in self._names if name.endswith(ending)))

    def require_equal(self, copies: Iterable[str], original: str) -> None:
        """Read tensors that may be stored although they repeat another. Raises CourseError where one does not."""
        for name in copies:
            if name in self and not torch.equal(self[name], self[original]):
                raise CourseError(f"{name} differs from {original}; our model has one tensor for both")

    def fill(
        self, model: Ours, weights: NamedTensors, scales: dict[str, float] | None = None, new: Iterable[Module] = ()
    ) -> Ours:
        """Fill a model; it comes back in eval mode.

        Args:
            model: one of ours.
            weights: made of this checkpoint, the largest first.
            scales: by what some of them are to be multiplied, by our name.
            new: modules of ours that the checkpoint has nothing for; they get random first values.

        Raises:
            CourseError: a tensor is missing, has another shape, or was not read although it is in the checkpoint; or
                one of ours got nothing.
        """
        for module in new:
            module.reset_parameters()
        state = model.state_dict()
        started = {id(parameter) for module in new for parameter in module.parameters()}
        empty = {name for name, tensor in unique_tensors(model).items() if id(tensor) not in started}
        for name, tensor in weights:
            empty.discard(name)
            if tensor.shape != state[name].shape:
                raise CourseError(
                    f"{name} should have the shape {tuple(state[name].shape)}; "
                    f"what the checkpoint has for it has {tuple(tensor.shape)}"
                )
            copy(tensor, state[name], (scales or {}).get(name, 1.0))
            del tensor  # before the next one is read
        if self._unread:
            raise CourseError(f"our {type(model).__name__} has no place for {', '.join(sorted(self._unread)[:5])}")
        if empty:
            raise CourseError(f"the checkpoint has nothing for our {', '.join(sorted(empty)[:5])}")
        return model.eval()


class Part:
    """The tensors of a `HubTensors` whose names begin with `prefix`, without it."""

    def __init__(self, checkpoint: HubTensors, prefix: str):
        self.checkpoint, self.prefix = checkpoint, prefix

    def shaped(self, name: str, shape: Sequence[int] | None = None) -> torch.Tensor:
        """See `HubTensors.shaped`."""
        return self.checkpoint.shaped(self.prefix + name, shape)


def copy(source: torch.Tensor, target: torch.Tensor, scale: float) -> None:
    """Let `target` be `source` times `scale`, computed in single precision whatever the two are stored in."""
    for theirs, ours in zip(pieces(source), pieces(target), strict=True):
        ours.copy_(theirs if scale == 1.0 else theirs.float() * scale)


class WithoutInitialValues(TorchFunctionMode):
    """Inside, new layers get memory but no first values: whoever reads a checkpoint has no use for random weights."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def blank(model_class: type[Ours], config: object, dtype: torch.dtype) -> Ours:
    """A model in this precision that waits for its weights, see `HubTensors.fill`.

    RMSNorm stays in float32: its weights are few, and bfloat16 has no room for 1 + w where w is small.

    Raises:
        CourseError: no model can have such sizes, or the memory has no room for it.
    """
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with WithoutInitialValues():
            model = model_class(config)
    except (TypeError, ValueError, RuntimeError) as error:  # torch's, of layers without sense or too large
        raise CourseError(f"a {model_class.__name__} can't be made of {config}: {error}") from error
    finally:
        torch.set_default_dtype(before)
    for module in model.modules():
        if isinstance(module, RMSNorm):
            module.float()
    return model


def both(ours: str, checkpoint: HubTensors, theirs: str) -> NamedTensors:
    """The weight and the bias of a module that is the same on both sides, as pairs for `HubTensors.fill`."""
    for part in ("weight", "bias"):
        yield f"{ours}.{part}", checkpoint[f"{theirs}.{part}"]


def require(config: dict[str, Any], **expected: object) -> None:
    """Refuse a Hugging Face config that wants something else than our model does.

    Raises:
        CourseError: a setting has another value than expected; one that is absent or null is taken to be as expected.
    """
    for name, value in expected.items():
        if config.get(name) not in (None, value):
            raise CourseError(f"our model can only have {name} = {value}, the checkpoint has {config[name]}")
