"""Trips against the driving-time rules: where the law forces a stop, what was the last chance, and where there was none."""
