"""A checkpoint: what is not this run's, or not whole, is refused; and a full disk takes nothing away."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.files import read_tensors, write_tensors
from tests.disks import each_full_disk
from tests.toys import tiny_translator
from tests.training.runs import STEPS, Recorded, is_same, trained_weights, trainer

pytestmark = pytest.mark.usefixtures("shapes_unchecked")

NAME = "checkpoint.safetensors"


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """A folder with the checkpoint of a run that was interrupted after six steps."""
    folder = tmp_path_factory.mktemp("interrupted")
    interrupt(trainer(folder=folder, objective=stop_at(6)))
    return folder


@pytest.fixture
def folder(interrupted, tmp_path):
    """A copy of it, which may be spoiled."""
    return shutil.copytree(interrupted, tmp_path, dirs_exist_ok=True)


def stop_at(step):
    def before(call):
        if call == step:
            raise KeyboardInterrupt

    return Recorded(before)


def interrupt(run):
    with pytest.raises(KeyboardInterrupt):
        run.train()


def test_a_checkpoint_is_one_file_that_holds_the_whole_run(folder):
    assert [file.name for file in folder.iterdir()] == [NAME]
    tensors, metadata = read_tensors(folder / NAME)
    kinds = {name.partition(".")[0] for name in tensors}
    assert kinds == {"model", "average", "optimizer"}
    assert '"step": 6' in metadata["progress"]


@pytest.mark.parametrize("settings", [{"steps": 8}, {"seed": 1}, {"description": {"source": "other"}}], ids=str)
def test_a_checkpoint_of_another_run_is_refused_and_both_are_named(settings, folder):
    with pytest.raises(CourseError, match="belongs to another run: .*, not .*; resume with its settings") as error:
        trainer(folder=folder, **settings).train()
    theirs, ours = str(error.value).split(", not ")
    named = json.dumps(settings.get("description", settings))[1:-1]
    assert named in ours
    assert named not in theirs


@pytest.mark.parametrize("sizes", [{"d_ff": 12}, {"num_decoder_layers": 4}])
def test_a_checkpoint_of_another_model_is_refused(sizes, folder, monkeypatch):
    monkeypatch.setattr("tests.training.runs.tiny_translator", lambda **settings: tiny_translator(**settings, **sizes))
    with pytest.raises(CourseError, match=rf"{NAME} belongs to another model: it has no model\.\w+"):
        trainer(folder=folder).train()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.9, 0.9999])
def test_a_truncated_checkpoint_is_refused_by_name_and_kept(share, folder):
    path = folder / NAME
    content = path.read_bytes()[: int(share * path.stat().st_size)]
    path.write_bytes(content)
    with pytest.raises(CourseError, match=rf"{NAME} \({len(content):,} bytes\) is damaged"):
        trainer(folder=folder).train()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("lacking", "change"),
    [
        ("optimizer", lambda tensors, metadata: [tensors.pop(n) for n in list(tensors) if n.startswith("optimizer.")]),
        ("progress", lambda tensors, metadata: metadata.pop("progress")),
        ("progress", lambda tensors, metadata: metadata.update(progress="[]")),
        ("progress", lambda tensors, metadata: metadata.update(progress='{"speed": 1}')),
    ],
)
def test_a_checkpoint_that_lacks_a_part_is_refused(lacking, change, folder):
    tensors, metadata = read_tensors(folder / NAME)
    tensors = {name: tensor.clone() for name, tensor in tensors.items()}
    change(tensors, metadata)
    write_tensors(folder / NAME, tensors, metadata)
    with pytest.raises(CourseError, match=rf"{NAME} is damaged: the {lacking}.* is missing; delete the file"):
        trainer(folder=folder).train()


@each_full_disk
def test_a_full_disk_ends_the_run_and_keeps_the_checkpoint_before(full_disk, folder):
    before = (folder / NAME).read_bytes()
    with full_disk(), pytest.raises(CourseError, match=rf"could not save .*{NAME}"):
        trainer(folder=folder).train()
    assert [file.name for file in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_bytes() == before

    resumed = trained_weights(trainer(folder=folder))
    assert is_same(resumed, trained_weights(trainer()))


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux lists the files that are mapped")
def test_a_resumed_training_keeps_no_map_of_the_file_that_it_will_replace(folder):
    run = trainer(folder=folder, objective=stop_at(2))
    interrupt(run)
    assert run.progress.step > 6
    assert str(folder) not in Path("/proc/self/maps").read_text()


def test_a_finished_run_is_not_run_again(tmp_path):
    objective = Recorded()
    weights = trained_weights(trainer(folder=tmp_path, objective=objective))
    assert len(objective.losses) == STEPS
    again = trained_weights(trainer(folder=tmp_path, objective=objective, model_seed=5))
    assert len(objective.losses) == STEPS
    assert is_same(again, weights)


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trainer().train()
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_of_the_weights_and_not_of_their_average(folder):
    tensors, _ = read_tensors(folder / NAME)
    name = "encoder.layers.0.feed_forward.up_proj.weight"
    assert not torch.equal(tensors[f"model.{name}"], tensors[f"average.module.{name}"])
