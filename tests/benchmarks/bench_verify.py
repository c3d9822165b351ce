"""What one proof costs, against Pillow in the same run: python tests/benchmarks/bench_verify.py

On Linux also the memory that a large picture needs, in a process of its own.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from imagenet_utils.model import Picture  # noqa: E402
from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect  # noqa: E402

ROUNDS = 7
CALLS_PER_ROUND = 100


def prove(body: bytes) -> None:
    picture = inspect(body, ProofOptions())
    assert isinstance(picture, Picture) and decode_failure(body, picture) is None


def only_inspect(body: bytes) -> None:
    assert isinstance(inspect(body, ProofOptions()), Picture)


def decode_by_pillow(body: bytes) -> None:
    Image.open(io.BytesIO(body)).load()


def draft_by_pillow(body: bytes) -> None:
    image = Image.open(io.BytesIO(body))
    image.draft("RGB", (1, 1))
    image.load()


def noisy_jpeg(width: int, height: int, *, quality: int, progressive: bool = False) -> bytes:
    """As heavy to decode as a photograph of that size."""
    noise = Image.effect_noise((width, height), 40).convert("RGB")
    waves = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    file = io.BytesIO()
    Image.blend(noise, waves, 0.4).save(
        file, "JPEG", quality=quality, progressive=progressive
    )
    return file.getvalue()


def best_milliseconds(runs: tuple[Callable[[bytes], None], ...], body: bytes) -> list[float]:
    """Of one call each; the runs take turns, so that a busy machine slows all of them alike."""
    best = [float("inf")] * len(runs)
    for _ in range(ROUNDS):
        for number, run in enumerate(runs):
            start = time.perf_counter()
            for _ in range(CALLS_PER_ROUND):
                run(body)
            best[number] = min(best[number], (time.perf_counter() - start) / CALLS_PER_ROUND * 1000)
    return best


def peak_megabytes(path: Path, code: str) -> float:
    """The highest resident size of a fresh process that reads `path` as `body` and runs `code`."""
    script = (
        "import pathlib, re, sys\n"
        "from imagenet_utils.proof.verify import ProofOptions, decode_failure, inspect\n"
        "body = pathlib.Path(sys.argv[1]).read_bytes()\n"
        "picture = inspect(body, ProofOptions())\n"
        f"{code}\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s*(\\d+)', status)[1]) / 1024)\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def main() -> None:
    body = noisy_jpeg(500, 375, quality=87)
    print(f"a JPEG of 500x375 pixels and {len(body):,} bytes")
    runs = (prove, only_inspect, draft_by_pillow, decode_by_pillow)
    costs = best_milliseconds(runs, body)
    for run, cost in zip(runs, costs):
        print(f"{run.__name__:<18} {cost:6.3f} ms   {cost / costs[-1]:4.2f} of Pillow's full")
    if sys.platform == "linux":
        print_memory()


def print_memory() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for progressive in (False, True):
            path = Path(folder, "large.jpg")
            path.write_bytes(noisy_jpeg(6000, 4000, quality=80, progressive=progressive))
            before = peak_megabytes(path, "")
            added = peak_megabytes(path, "assert decode_failure(body, picture) is None") - before
            word = "progressive" if progressive else "baseline"
            print(f"decoding 24 megapixels, {word}, adds {added:.0f} MB to {before:.0f} MB")


if __name__ == "__main__":
    main()
