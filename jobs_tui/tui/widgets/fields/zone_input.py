"""The time zone picker: type a part of a name, choose among the zones that have it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Input, Static

from jobs_tui.models.clock import Clock
from jobs_tui.schedule.zones import zone_names
from jobs_tui.tui.widgets.fields.field import Bracketed, TextInput

SHOWN = 8
"""Rows of the list; more are reached by moving on."""


def matching(typed: str, names: tuple[str, ...]) -> list[str]:
    """Zones that have what was typed: those whose place begins with it first.

    Case does not matter and a blank stands for ``_`` (``new york``).
    """
    wanted = typed.strip().lower().replace(" ", "_")
    if not wanted:
        return list(names)
    ranked: list[tuple[int, str]] = []
    for name in names:
        low = name.lower()
        if wanted in low:
            place = low.rpartition("/")[2]
            rank = 0 if low == wanted else 1 if place.startswith(wanted) else 2
            ranked.append((rank if rank < 2 or not low.startswith(wanted) else 1, name))
    return [name for _, name in sorted(ranked)]


def offset_of(name: str, now: datetime) -> str:
    """``UTC-04:00``: what the zone's clocks show now against UTC."""
    text = now.astimezone(ZoneInfo(name)).strftime("%z")
    return f"UTC{text[:3]}:{text[3:5]}"


class ZoneList(Static):
    """The zones that match, over what is below the field."""

    DEFAULT_CSS = """
    ZoneList {
        overlay: screen; constrain: inside inside; display: none;
        width: 46; height: auto; background: $surface; border: solid $border;
        padding: 0 1;
    }
    ZoneList.open { display: block; }
    """

    class Closed(Message):
        """It went out of sight: what is in the field counts now."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("", markup=False)
        self._clock = clock
        self._names: list[str] = []
        self._cursor = 0

    @property
    def is_open(self) -> bool:
        """Whether it is in sight."""
        return self.has_class("open")

    @property
    def chosen(self) -> str | None:
        """The zone under the cursor."""
        return self._names[self._cursor] if self._names else None

    def offer(self, names: list[str], *, at: str = "") -> None:
        """Show these zones, or nothing when there are none."""
        self._names = names
        self._cursor = names.index(at) if at in names else 0
        self.set_class(bool(names), "open")
        self._draw()

    def close(self) -> None:
        """Out of sight."""
        if self.is_open:
            self.remove_class("open")
            self.post_message(self.Closed())

    def move(self, step: int) -> None:
        """The cursor, stopping at both ends."""
        self._cursor = max(0, min(self._cursor + step, len(self._names) - 1))
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Textual's message."""
        picked = event.style.meta.get("zone")
        if isinstance(picked, str) and isinstance(self.parent, ZonePicker):
            self.parent.take(picked)

    def _draw(self) -> None:
        first = max(0, min(self._cursor - SHOWN // 2, len(self._names) - SHOWN))
        lines = []
        for place, name in enumerate(self._names[first : first + SHOWN], first):
            text = f" {name:<30.30} {offset_of(name, self._clock.now())}"
            chosen = place == self._cursor
            style = "$block-cursor-foreground on $block-cursor-background bold" if chosen else ""
            lines.append(Content.styled(text, style).stylize(Style.from_meta({"zone": name})))
        more = len(self._names) - first - SHOWN
        if more > 0:
            lines.append(Content.styled(f" and {more} more: type a part of the name", "$quiet"))
        self.update(Content("\n").join(lines))


class ZoneInput(TextInput):
    """The field itself; the keys of the list work while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "zones(1)", show=False),
        Binding("up", "zones(-1)", show=False),
    ]

    @property
    def picker(self) -> ZonePicker:
        """The whole picker."""
        return next(one for one in self.ancestors if isinstance(one, ZonePicker))

    def action_zones(self, step: int) -> None:
        """Open the list, or move in it."""
        self.picker.move(step)

    async def action_submit(self) -> None:
        """Enter takes the zone under the cursor; with the list closed it is a plain enter."""
        if not self.picker.take_chosen():
            await super().action_submit()

    def on_key(self, event: events.Key) -> None:
        """Textual's message: escape closes the list and nothing else."""
        if event.key == "escape" and self.picker.list.is_open:
            event.stop()
            event.prevent_default()
            self.picker.list.close()

    def on_blur(self) -> None:
        """Textual's message: leaving the field with a clear beginning of a name completes it."""
        self.picker.left()


class ZonePicker(Vertical):
    """Field and list. Its value is the text of the field, checked by the form."""

    DEFAULT_CSS = """
    ZonePicker { height: auto; width: 1fr; }
    """

    def __init__(
        self,
        clock: Clock,
        value: str = "UTC",
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__()
        self.field = ZoneInput(value, id=id, placeholder="type a city", most=64)
        self.list = ZoneList(clock)
        self._names: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Textual's method."""
        yield Bracketed(self.field)
        yield self.list

    def known(self) -> tuple[str, ...]:
        """All zones, read from disk when first needed."""
        self._names = self._names or zone_names()
        return self._names

    def on_input_changed(self, event: Input.Changed) -> None:
        """Textual's message: a person types (a value that the form sets opens nothing)."""
        if self.field.has_focus and event.value not in self.known():
            self.list.offer(matching(event.value, self.known()))
        else:
            self.list.close()

    def move(self, step: int) -> None:
        """Open the list at the present zone, or move in it."""
        if self.list.is_open:
            self.list.move(step)
        elif self.field.value in self.known():
            self.list.offer(list(self.known()), at=self.field.value)
        else:
            self.list.offer(matching(self.field.value, self.known()))

    def take(self, name: str) -> None:
        """Choose a zone."""
        self.list.close()
        self.field.value = name
        self.field.cursor_position = len(name)
        self.field.focus()

    def take_chosen(self) -> bool:
        """Choose the zone under the cursor; False when the list is closed."""
        if not self.list.is_open or self.list.chosen is None:
            return False
        self.take(self.list.chosen)
        return True

    def left(self) -> None:
        """The focus has gone: one that can only be meant is completed, the list closes."""
        self.list.close()
        found = matching(self.field.value, self.known())
        exact = [name for name in found if name.lower() == self.field.value.strip().lower()]
        if len(found) == 1 or exact:
            self.field.value = (exact or found)[0]
