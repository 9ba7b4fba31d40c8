"""YAML as we write it for people, and as they write it for us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jobs_tui.models.errors import InvalidInput


def as_yaml(data: Any) -> str:
    """YAML with texts of several lines as blocks, so that prompts can be read."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Its own table of representers."""

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    return yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


def load_yaml(text: str) -> Any:
    """The one document of a text; safe types, no key twice in a mapping (YAML 1.2, 3.2.1).

    Raises:
        yaml.YAMLError: it is no YAML.
        ValueError: a date or a number that is none.
    """
    import yaml

    class Loader(yaml.SafeLoader):
        """Its own table of constructors."""

    def mapping(loader: Loader, node: yaml.MappingNode) -> Iterator[dict[Any, Any]]:
        seen = set[tuple[str, str]]()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.tag == "tag:yaml.org,2002:bool":
                key.tag = "tag:yaml.org,2002:str"  # on, off, yes: as a key each is a word
            if (key.tag, key.value) in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r:.60} is there twice", key.start_mark
                )
            seen.add((key.tag, key.value))
        yield from loader.construct_yaml_map(node)

    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    return yaml.load(text, Loader=Loader)


def read_yaml(text: str) -> dict[str, Any]:
    """The fields that a text says. Raises InvalidInput with the line that cannot be read."""
    import yaml

    try:
        found = load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it is no YAML"
        raise InvalidInput(f"The text cannot be read{where}: {why}.", "Correct it.") from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise InvalidInput("The text is no mapping of fields.", "Write lines such as id: my-team.")
    return found
