"""A checkpoint that is read name by name, and whatever in it we would not compute with is refused."""

import torch

from course_lib.errors import CourseError


class Checkpoint:
    """The tensors of a Hugging Face model; each is fetched only when it is asked for, and remembered as read.

    Args:
        state: name -> tensor, such as a state dict.
        prefix: what a model with a head puts before the names of the model inside, such as "bert."; left out here.
    """

    def __init__(self, state, prefix=""):
        self._state = state
        self._names = {name.removeprefix(prefix): name for name in state}
        self._unread = set(self._names)

    def __contains__(self, name):
        return name in self._names

    def __getitem__(self, name):
        """The tensor `name`, in single precision. Raises CourseError where there is none."""
        if name not in self:
            raise CourseError(f"the checkpoint has no tensor {name}")
        self._unread.discard(name)
        return self._state[self._names[name]].float()

    def skip(self, *names):
        """Count these as read where they are there: we have no use for them."""
        self._unread -= set(names)

    def require_equal(self, copies, original):
        """Read tensors that may be stored although they repeat another. Raises CourseError where one does not."""
        for name in copies:
            if name in self and not torch.equal(self[name], self[original]):
                raise CourseError(f"{name} differs from {original}; our model has one tensor for both")

    def fill(self, model, weights):
        """Copy `weights`, pairs of a name of ours and a tensor made of this checkpoint; the model, in eval mode.

        Raises:
            CourseError: a tensor is missing, has another shape, or was not read although it is in the checkpoint.
        """
        state = model.state_dict()
        for name, tensor in weights:
            if tensor.shape != state[name].shape:
                raise CourseError(
                    f"{name} should have the shape {tuple(state[name].shape)}; "
                    f"what the checkpoint has for it has {tuple(tensor.shape)}"
                )
            state[name].copy_(tensor)
        if self._unread:
            raise CourseError(f"our {type(model).__name__} has no place for {', '.join(sorted(self._unread)[:5])}")
        return model.eval()


def both(ours, checkpoint, theirs):
    """The weight and the bias of a module that is the same on both sides, as pairs for `Checkpoint.fill`."""
    for part in ("weight", "bias"):
        yield f"{ours}.{part}", checkpoint[f"{theirs}.{part}"]


def require(config, **expected):
    """Refuse a Hugging Face config (a dict) that wants something else than our model does.

    Raises:
        CourseError: a setting has another value than expected; one that is absent is taken to be as expected.
    """
    for name, value in expected.items():
        if config.get(name, value) != value:
            raise CourseError(f"our model can only have {name} = {value}, the checkpoint has {config[name]}")
