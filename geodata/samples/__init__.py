"""Regions made by a script: the embedded default and a synthetic country. Schematic, and saying so."""
