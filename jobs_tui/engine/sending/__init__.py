"""The ways on which results leave."""
