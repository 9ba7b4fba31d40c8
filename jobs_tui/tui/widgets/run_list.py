"""A list of runs that is read again whenever the store changes, a page at a time."""

from __future__ import annotations

from jobs_tui.tui.widgets.virtual_list import Source, VirtualList

NEAR = 60
"""Rows around the cursor among which its run is looked for after a change."""


class RunList(VirtualList):
    """Keeps the cursor on its run when newer ones push it down."""

    def show(self, source: Source) -> None:
        """Show the rows of a source, the cursor on the run it was on if that is near."""
        before, cursor = self.current, self.cursor
        self.set_source(source)
        if before is None:
            return
        last = len(source) - 1
        for distance in range(NEAR):
            for place in {cursor + distance, cursor - distance}:
                if 0 <= place <= last and source.row(place).key == before.key:
                    self.cursor = place
                    return
