"""The forward pass of all-MiniLM-L6-v2 in numpy: no torch, 90 MB in place of gigabytes.

A BERT encoder with mean pooling and length 1 (Reimers and Gurevych, "Sentence-BERT", 2019); equal
to the reference to seven digits (AGENTS.md 6). Importing this module imports numpy.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs_tui.agents.smart.engines.wordpiece import WordPiece

Array = NDArray[np.float32]

LONGEST = 256
"""Tokens of a text that are read, as the model was trained."""
BATCH_TOKENS = 512
"""Tokens, filling included, that go through together: the weights are read once for many, and what
lies between two layers stays in the processor's cache (measured: 256 to 2048, 512 is fastest)."""
_TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
_HEADER_LIMIT = 10 * 1024 * 1024
_DENSE = re.compile(r"\.(query|key|value|dense)\.weight$")


class MiniLM:
    """A model that was read into memory; may be used by several threads."""

    def __init__(self, folder: Path) -> None:
        """Read ``config.json``, ``vocab.txt`` and ``model.safetensors``.

        Raises:
            OSError, ValueError, KeyError: a file is missing or is not what it should be.
        """
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.layers = int(config["num_hidden_layers"])
        self.heads = int(config["num_attention_heads"])
        self.epsilon = float(config.get("layer_norm_eps", 1e-12))
        self.width = int(config["hidden_size"])
        self.pieces = WordPiece.read(folder / "vocab.txt")
        weights = _safetensors(folder / "model.safetensors")
        self._weights = {
            # Multiplied from the right: laid out for it once, and not at each text.
            name: np.ascontiguousarray(array.T) if _DENSE.search(name) else array
            for name, array in ((key.removeprefix("bert."), one) for key, one in weights.items())
        }
        last = f"encoder.layer.{self.layers - 1}.output.LayerNorm.weight"
        for name in ("embeddings.word_embeddings.weight", last):
            if name not in self._weights:
                raise KeyError(f"the model has no {name}")

    def encode(self, texts: Sequence[str]) -> Array:
        """One row of length 1 for each text; shape (len(texts), width)."""
        tokens = [self.pieces.tokens(text, LONGEST) for text in texts]
        found = np.zeros((len(texts), self.width), np.float32)
        for batch in _batches([len(one) for one in tokens]):
            found[batch] = self._forward([tokens[place] for place in batch])
        return found

    def _forward(self, batch: Sequence[Sequence[int]]) -> Array:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1.0
        weights = self._weights
        x = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][:longest]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._normed(x, "embeddings.LayerNorm")
        unseen = (1.0 - mask)[:, None, None, :] * np.float32(-1e9)
        for layer in range(self.layers):
            x = self._layer(x, unseen, f"encoder.layer.{layer}.")
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        length = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(length, 1e-12), np.float32)

    def _layer(self, x: Array, unseen: Array, at: str) -> Array:
        rows, length, width = x.shape

        def heads(name: str) -> Array:
            split = self._linear(x, f"{at}attention.self.{name}")
            return split.reshape(rows, length, self.heads, -1).transpose(0, 2, 1, 3)

        query, key, value = heads("query"), heads("key"), heads("value")
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[-1])) + unseen
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        seen = (scores @ value).transpose(0, 2, 1, 3).reshape(rows, length, width)
        x = self._normed(
            x + self._linear(seen, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm"
        )
        inner = _gelu(self._linear(x, f"{at}intermediate.dense"))
        return self._normed(x + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def _linear(self, x: Array, name: str) -> Array:
        # One product of two tables is twice as fast as one for each text.
        result: Array = x.reshape(-1, x.shape[-1]) @ self._weights[f"{name}.weight"]
        result += self._weights[f"{name}.bias"]
        return result.reshape(*x.shape[:-1], -1)

    def _normed(self, x: Array, name: str) -> Array:
        mean = x.mean(-1, keepdims=True)
        spread = np.square(x - mean).mean(-1, keepdims=True)
        result: Array = (x - mean) / np.sqrt(spread + np.float32(self.epsilon))
        return result * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts of like length, each batch at most BATCH_TOKENS with its filling."""
    batches: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not batches or (len(batches[-1]) + 1) * lengths[place] > BATCH_TOKENS:
            batches.append([])
        batches[-1].append(place)
    return batches


def _gelu(x: Array) -> Array:
    """x Φ(x), with the error function of Abramowitz and Stegun 7.1.26 (off by at most 1.5e-7).

    In place where it can be: making arrays costs more here than the arithmetic.
    """
    z = x * np.float32(1 / np.sqrt(2.0))
    size = np.abs(z)
    t = np.float32(1.0) / (np.float32(1.0) + np.float32(0.3275911) * size)
    series = np.float32(1.061405429) * t
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series += np.float32(factor)
        series *= t
    np.square(size, out=size)
    np.negative(size, out=size)
    series *= np.exp(size, out=size)
    erf: Array = np.copysign(np.float32(1.0) - series, z)
    erf += np.float32(1.0)
    erf *= x
    erf *= np.float32(0.5)
    return erf


def _safetensors(path: Path) -> dict[str, Array]:
    """The tensors of a file by name (https://github.com/huggingface/safetensors#format)."""
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8).ljust(8, b"\0"))
        if not 2 <= size <= _HEADER_LIMIT:
            raise ValueError(f"{path.name} is no safetensors file")
        header: dict[str, Any] = json.loads(file.read(size))
    data = np.memmap(path, np.uint8, "r", offset=8 + size)
    found: dict[str, Array] = {}
    for name, tensor in header.items():
        kind = _TYPES.get(tensor.get("dtype", ""))
        if name == "__metadata__" or kind is None:
            continue  # position ids are integers: they are counted, not looked up
        begin, end = tensor["data_offsets"]
        if not 0 <= begin <= end <= data.size:
            raise ValueError(f"{path.name} is cut off: {name} lies beyond its end")
        array = data[begin:end].view(kind).reshape(tensor["shape"])
        found[name] = np.asarray(array, np.float32)
    return found
