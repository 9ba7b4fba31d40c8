"""What a run that has ended means for its job: verdict, change, goal. Pure; see ``judging``."""
