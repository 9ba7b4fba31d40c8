"""Command groups of what a home holds besides jobs: one shape for all of them."""
