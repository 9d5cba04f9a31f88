"""MimicMotion's public files, in small: found, checked, loaded without a second copy, and run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.errors import BadInput, CheckpointMismatch, MissingModel
from engine.models.released import Released, locate
from engine.models.sizes import PARTS, Part
from engine.models.svd_folder import SvdFolder
from engine.models.weight_file import read
from engine.nets.mimicmotion import RELEASED
from tests.unit import tiny_released as tiny

KEYS = Path(__file__).parents[1] / "parity/data/mimicmotion/official_checkpoint_keys.json"
AS_STORED: dict[Part, torch.dtype | None] = dict.fromkeys(PARTS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with version 1.1, the pruned files and SVD."""
    home = tmp_path_factory.mktemp("home")
    tiny.write_pth(home / "models/mimicmotion")
    pruned = tiny.write_pruned(home / "models/mimicmotion-pruned")
    (home / "models/mimicmotion-posenet").mkdir()
    pose = pruned.with_name("mimic_motion_pose_net.safetensors")
    pose.rename(home / "models/mimicmotion-posenet" / pose.name)
    tiny.write_svd(home / "models/svd")
    return home


def test_the_small_files_have_every_published_name() -> None:
    assert tiny.released_numbers().keys() == json.loads(KEYS.read_text()).keys()


@pytest.mark.parametrize("model", ["mimicmotion", "mimicmotion-pruned"])
def test_every_form_gives_the_same_networks(home: Path, model: str) -> None:
    public = Released(locate(model, home), AS_STORED)
    public.check()
    assert public.spec.window == 72 and public.spec.pose_channels == 32
    numbers = tiny.released_numbers()
    for name, part in (("unet", public.unet), ("pose_net", public.pose_net)):
        for key, value in part.state_dict().items():
            assert torch.equal(value, numbers[f"{name}.{key}"]), key
        assert not part.training
    assert public.vae.vae.dtype == torch.float16
    positions = public.image_encoder.model.vision_model.embeddings.position_ids
    assert positions.tolist() == [list(range(17))]


def storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def test_in_its_own_precision_the_file_is_the_memory(home: Path) -> None:
    public = Released(locate("mimicmotion", home), AS_STORED)
    path = public.files.unet
    places = {storage(value) for value in public.unet.parameters()}
    assert len(places) == 1  # one flat storage, as in the file, and no copy of any tensor
    whole = next(public.unet.parameters()).untyped_storage()
    assert whole.nbytes() == sum(value.nbytes for value in read(path).values())
    before = path.read_bytes()
    next(public.unet.parameters()).zero_()  # memory changes, the file does not
    assert path.read_bytes() == before


def test_in_another_precision_each_tensor_is_its_own(home: Path) -> None:
    public = Released(locate("mimicmotion", home), {**AS_STORED, "unet": torch.bfloat16})
    for value in public.unet.parameters():
        assert value.dtype == torch.bfloat16
        assert value.untyped_storage().nbytes() == value.nbytes


def test_what_is_missing_is_named_with_licence_and_command(tmp_path: Path) -> None:
    with pytest.raises(MissingModel) as caught:
        locate("mimicmotion", tmp_path)
    assert "MimicMotion 1.1" in caught.value.what and "3.05 GB" in caught.value.what
    assert "no commercial" in caught.value.what
    assert "models get mimicmotion`" in caught.value.fix
    tiny.write_pth(tmp_path / "models/mimicmotion")
    with pytest.raises(MissingModel, match="Stable Video Diffusion.*Community License"):
        locate("mimicmotion", tmp_path)


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "comfy"
    tiny.write_pruned(own)
    tiny.write_svd(own / "svd", old_positions=False)
    for place in (own, own / "MimicMotionMergedUnet_1-1-fp16.safetensors"):
        files = locate(str(place), tmp_path / "home")
        assert files.pose_net.name == "mimic_motion_pose_net.safetensors"
        Released(files, AS_STORED).check()
    (own / "mimic_motion_pose_net.safetensors").unlink()
    with pytest.raises(MissingModel, match="PoseNet alone"):
        locate(str(own), tmp_path / "home")
    for wrong in ("dwpose", "mimicmotion-posenet", str(tmp_path), "no/such/place"):
        with pytest.raises(BadInput, match="There is no MimicMotion at"):
            locate(wrong, tmp_path)


def test_the_first_version_has_short_windows(tmp_path: Path) -> None:
    tiny.write_svd(tmp_path / "svd")
    for name, window in (
        ("MimicMotion_1.pth", 16),
        ("MimicMotion.pth", 16),
        ("MimicMotion_1-1.pth", 72),
    ):
        (tmp_path / name).write_bytes(b"-")
        assert locate(str(tmp_path / name), tmp_path).window == window


Spoil = Callable[[dict[str, Tensor]], dict[str, Tensor]]


def without_three(state: dict[str, Tensor]) -> dict[str, Tensor]:
    names = ("unet.conv_in.weight", "unet.conv_out.bias", "unet.conv_in.bias")
    return {key: value for key, value in state.items() if key not in names}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_three, "3 tensors are missing: conv_in.bias, conv_in.weight, conv_out.bias."),
        (lambda s: {**s, "unet.extra": torch.ones(1)}, "1 tensor is unexpected: extra."),
        (
            lambda s: {**s, "unet.conv_out.bias": torch.ones(9)},
            "1 tensor is of another shape: conv_out.bias [9] instead of [4].",
        ),
        (
            lambda s: {k: v for k, v in s.items() if not k.startswith("pose_net")},
            "hold no pose_net.",
        ),
        (
            lambda s: {
                "model.diffusion_model.x": torch.ones(1),
                "cond_stage_model.y": s.popitem()[1],
            },
            "It looks like a whole Stable Diffusion model in one file. 1428 tensors are missing",
        ),
        (
            lambda s: {"unet.down_blocks.0.attn1.to_q.lora_A.weight": torch.ones(1)},
            "It looks like a LoRA",
        ),
        (
            lambda s: {k: v for k, v in s.items() if "temporal" not in k and "mixer" not in k},
            "tensors are missing: down_blocks.0.attentions.0.temporal_transformer_blocks",
        ),
        (
            lambda s: (
                {f"optimizer.{i}": torch.ones(1) for i in range(3)} | {"unet.x": torch.ones(1)}
            ),
            "It looks like the state of a training run. 3 tensors belong to no known part",
        ),
    ],
)
def test_another_file_is_explained(tmp_path: Path, spoil: Spoil, words: str) -> None:
    tiny.write_svd(tmp_path / "svd")
    path = tmp_path / "MimicMotion_1-1.pth"
    torch.save(spoil(tiny.released_numbers()), path)
    with pytest.raises(CheckpointMismatch) as caught:
        Released(locate(str(path), tmp_path), AS_STORED).check()
    assert words in f"{caught.value.what} {caught.value.why}"
    assert path.name in caught.value.what and caught.value.fix


@pytest.mark.parametrize(
    ("name", "key", "value", "words"),
    [
        ("scheduler/scheduler_config.json", "sigma_max", 80.0, "sigma_max is 80.0 instead of 700"),
        ("scheduler/scheduler_config.json", "prediction_type", "epsilon", "'v_prediction'"),
        ("feature_extractor/preprocessor_config.json", "image_mean", [0.5] * 3, "image_mean"),
        ("feature_extractor/preprocessor_config.json", "crop_size", 336, "crop_size is 336"),
        ("vae/config.json", "_class_name", "AutoencoderKL", "of a AutoencoderKL, not of a"),
    ],
)
def test_a_folder_of_another_model_is_refused(
    tmp_path: Path, name: str, key: str, value: object, words: str
) -> None:
    folder = tiny.write_svd(tmp_path)
    config = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps({**config, key: value}))
    with pytest.raises(CheckpointMismatch) as caught:
        svd = SvdFolder.of(folder)
        svd.check()
        svd.autoencoder()
    assert words in caught.value.why and str(folder / name) in caught.value.why


def test_a_folder_that_is_not_whole(tmp_path: Path) -> None:
    folder = tiny.write_svd(tmp_path)
    (folder / "vae/config.json").write_text("{")
    with pytest.raises(CheckpointMismatch, match="cannot be read"):
        SvdFolder.of(folder).autoencoder()
    (folder / "vae/config.json").unlink()
    with pytest.raises(CheckpointMismatch, match="Not found in it: vae/config.json"):
        SvdFolder.of(folder)
    weights = folder / "image_encoder/model.fp16.safetensors"
    os.rename(weights, weights.with_name("model.safetensors"))  # the fp32 files serve as well
    tiny.write_svd(tmp_path / "other")
    (tmp_path / "vae/config.json").write_text(json.dumps(tiny.VAE))
    assert SvdFolder.of(folder).image_encoder().model.dtype == torch.float16


def test_full_precision_files_are_cast(tmp_path: Path) -> None:
    folder = tiny.write_svd(tmp_path)
    weights = folder / "vae/diffusion_pytorch_model.fp16.safetensors"
    full = {key: value.float() for key, value in read(weights).items()}
    weights.unlink()
    save_file(full, folder / "vae/diffusion_pytorch_model.safetensors")
    assert SvdFolder.of(folder).autoencoder(torch.bfloat16).vae.dtype == torch.bfloat16


def test_without_its_configuration_the_published_unet_is_meant(tmp_path: Path) -> None:
    folder = tiny.write_svd(tmp_path)
    assert SvdFolder.of(folder).unet_spec()["block_out_channels"] == (32, 64, 96, 96)
    (folder / "unet/config.json").unlink()
    assert SvdFolder.of(folder).unet_spec() == RELEASED.unet
