"""Several agents at one job: teams, workflows and plans (DESIGN 8)."""
