"""A model as small as can be, of random weights, in the files of a real one."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WIDTH, HEADS, LAYERS, INNER = 12, 3, 2, 20
TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "back", "##up", "the", "data", "##base", "!", "cost",
          "cafe", "_", "中"]  # fmt: skip


def weights(seed: int = 7) -> dict[str, NDArray[np.float32]]:
    """Tensors by their names in the file."""
    random = np.random.default_rng(seed)

    def some(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.5, shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": some(len(TOKENS), WIDTH),
        "embeddings.position_embeddings.weight": some(300, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
        "embeddings.LayerNorm.weight": some(WIDTH),
        "embeddings.LayerNorm.bias": some(WIDTH),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for name, out, into in (
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", INNER, WIDTH),
            ("output.dense", WIDTH, INNER),
        ):
            found[f"{at}{name}.weight"], found[f"{at}{name}.bias"] = some(out, into), some(out)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            found[f"{at}{name}.weight"], found[f"{at}{name}.bias"] = some(WIDTH), some(WIDTH)
    return found


def write(folder: Path, prefix: str = "") -> Path:
    """Make the folder of the model."""
    folder.mkdir(parents=True)
    config = {
        "hidden_size": WIDTH, "num_attention_heads": HEADS, "num_hidden_layers": LAYERS,
        "layer_norm_eps": 1e-12,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in TOKENS), "utf-8")
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    tensors: dict[str, NDArray[np.generic]] = {
        "embeddings.position_ids": np.arange(300, dtype=np.int64), **weights(),
    }  # fmt: skip
    for name, array in tensors.items():
        kind = "I64" if array.dtype == np.int64 else "F32"
        raw = array.tobytes()
        header[prefix + name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return folder
