"""YAML as we write it for people, and as they write it for us."""

from __future__ import annotations

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


def read_yaml(text: str) -> dict[str, Any]:
    """The fields that a text says. Raises InvalidInput with the line that cannot be read."""
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or "it is no YAML"
        raise InvalidInput(f"The text cannot be read{where}: {why}.", "Correct it.") from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise InvalidInput("The text is no mapping of fields.", "Write lines such as id: my-team.")
    return found
