"""Fit by meaning: tokens, forward pass, and the real model where it is installed."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest

np = pytest.importorskip("numpy", reason="fit by meaning needs numpy")

from jobs_tui.agents.smart.engines import minilm, semantic  # noqa: E402
from jobs_tui.agents.smart.engines.broken import EngineBroken  # noqa: E402
from jobs_tui.agents.smart.engines.fitting import Document  # noqa: E402
from jobs_tui.agents.smart.engines.minilm import MiniLM  # noqa: E402
from jobs_tui.agents.smart.engines.wordpiece import WordPiece  # noqa: E402
from jobs_tui.agents.smart.ranking import document_of  # noqa: E402
from tests.agents.smart import tiny  # noqa: E402
from tests.agents.smart.agents import THREE  # noqa: E402

PIECES = WordPiece({token: number for number, token in enumerate(tiny.TOKENS)})


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Backup the DATABASE!", ["back", "##up", "the", "data", "##base", "!"]),
        ("CAFÉ", ["cafe"]),
        ("back\u200bup\tthe\x00", ["back", "##up", "the"]),
        ("unknown cost", ["[UNK]", "cost"]),
        ("back_up", ["back", "_", "[UNK]"]),
        ("中中", ["中", "中"]),
        ("x" * 200, ["[UNK]"]),
        ("", []),
    ],
)
def test_texts_become_tokens_as_bert_has_them(text: str, tokens: list[str]) -> None:
    numbers = [tiny.TOKENS.index(token) for token in ["[CLS]", *tokens, "[SEP]"]]
    assert PIECES.tokens(text, 256) == numbers


def test_a_long_text_is_cut_and_still_has_its_end() -> None:
    found = PIECES.tokens("the " * 1000, 256)
    assert (len(found), found[0], found[-1]) == (256, 2, 3)


def naive(text: str) -> list[float]:
    """The same model, one number at a time."""
    weights = {name: array.astype(float).tolist() for name, array in tiny.weights().items()}
    ids = PIECES.tokens(text, 256)

    def norm(row: list[float], name: str) -> list[float]:
        mean = sum(row) / len(row)
        spread = sum((one - mean) ** 2 for one in row) / len(row)
        scale, shift = weights[f"{name}.weight"], weights[f"{name}.bias"]
        return [
            (one - mean) / math.sqrt(spread + 1e-12) * a + b
            for one, a, b in zip(row, scale, shift, strict=True)
        ]

    def linear(row: list[float], name: str) -> list[float]:
        return [
            sum(a * b for a, b in zip(row, line, strict=True)) + bias
            for line, bias in zip(weights[f"{name}.weight"], weights[f"{name}.bias"], strict=True)
        ]

    rows = []
    for place, number in enumerate(ids):
        parts = (
            weights["embeddings.word_embeddings.weight"][number],
            weights["embeddings.position_embeddings.weight"][place],
            weights["embeddings.token_type_embeddings.weight"][0],
        )
        rows.append(
            norm([sum(three) for three in zip(*parts, strict=True)], "embeddings.LayerNorm")
        )
    size = tiny.WIDTH // tiny.HEADS
    for layer in range(tiny.LAYERS):
        at = f"encoder.layer.{layer}."
        query, key, value = (
            [linear(row, f"{at}attention.self.{name}") for row in rows]
            for name in ("query", "key", "value")
        )
        after = []
        for place, row in enumerate(rows):
            seen: list[float] = []
            for head in range(tiny.HEADS):
                part = slice(head * size, (head + 1) * size)
                asked = query[place][part]
                products = (
                    sum(a * b for a, b in zip(asked, other[part], strict=True)) for other in key
                )
                scores = [math.exp(one / math.sqrt(size)) for one in products]
                for column in range(size):
                    weighed = (s * v[part][column] for s, v in zip(scores, value, strict=True))
                    seen.append(sum(weighed) / sum(scores))
            told = linear(seen, f"{at}attention.output.dense")
            x = norm(
                [a + b for a, b in zip(row, told, strict=True)], f"{at}attention.output.LayerNorm"
            )
            inner = [
                one * 0.5 * (1 + math.erf(one / math.sqrt(2)))
                for one in linear(x, f"{at}intermediate.dense")
            ]
            out = linear(inner, f"{at}output.dense")
            after.append(
                norm([a + b for a, b in zip(x, out, strict=True)], f"{at}output.LayerNorm")
            )
        rows = after
    mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    length = math.sqrt(sum(one * one for one in mean))
    return [one / length for one in mean]


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_the_forward_pass_is_that_of_the_paper(tmp_path: Path, prefix: str) -> None:
    model = MiniLM(tiny.write(tmp_path / "model", prefix))
    texts = ["backup", "the database cost!", "", "the cost of the backup " * 10]
    found = model.encode(texts)
    assert found.shape == (4, tiny.WIDTH)
    for row, text in zip(found, texts, strict=True):
        np.testing.assert_allclose(row, naive(text), atol=2e-5)


def test_texts_of_different_lengths_do_not_touch_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = MiniLM(tiny.write(tmp_path / "model"))
    texts = ["cost", "the backup database", "the " * 40]
    alone = [model.encode([text])[0] for text in texts]
    np.testing.assert_allclose(model.encode(texts), alone, atol=1e-5)
    monkeypatch.setattr(minilm, "BATCH_TOKENS", 10)
    np.testing.assert_allclose(model.encode(texts), alone, atol=1e-5)


def test_a_model_that_is_cut_off_is_said_to_be_unreadable(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path / "model")
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(EngineBroken, match=r"cannot be read: .*cut off"):
        semantic.SemanticEngine(folder).fits("x", [Document("a", "A", "a")])
    for wrong in (b"", b"\xff" * 64):
        file.write_bytes(wrong)
        with pytest.raises(EngineBroken, match="cannot be read"):
            semantic.SemanticEngine(folder).fits("x", [Document("a", "A", "a")])
    (folder / "config.json").write_text(json.dumps({}))
    with pytest.raises(EngineBroken, match="cannot be read"):
        semantic.SemanticEngine(folder).fits("x", [Document("a", "A", "a")])


def test_a_model_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "MODULE", "jobs_tui_no_such_module")
    assert semantic.model_folder() is None
    assert not semantic.installed()
    with pytest.raises(EngineBroken, match="not installed") as raised:
        semantic.SemanticEngine().fits("x", [Document("a", "A", "a")])
    assert "jobs-tui semantic setup" in raised.value.hint


def test_the_engine_encodes_each_text_once(tmp_path: Path) -> None:
    engine = semantic.SemanticEngine(tiny.write(tmp_path / "model"))
    documents = [document_of(one) for one in THREE]
    first = engine.fits("the backup", documents)
    assert [one.id for one in first] == [one.id for one in THREE]
    assert all(0 <= one.score <= 1 and one.reason.startswith("nearest: ") for one in first)
    encoded: list[str] = []
    encode = engine._encode
    assert encode is not None
    engine._encode = lambda texts: encoded.extend(texts) or encode(texts)  # type: ignore[func-returns-value]
    assert engine.fits("the backup", documents) == first
    engine.fits("the cost", documents)
    assert encoded == ["the cost"]


def test_loading_leaves_no_variable_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    engine = semantic.SemanticEngine(tiny.write(tmp_path / "model"))
    engine.fits("x", [Document("a", "A", "a")])
    assert "OPENBLAS_NUM_THREADS" not in os.environ


@pytest.mark.skipif(semantic.model_folder() is None, reason="the model is not installed")
def test_the_real_model_understands_what_shares_no_word() -> None:
    folder = semantic.model_folder()
    assert folder is not None
    assert semantic.weights_are_genuine(folder)
    fits = semantic.shared().fits(
        "a spare copy in case of fire", [document_of(one) for one in THREE]
    )
    assert max(fits, key=lambda fit: fit.score).id == "backup"
