"""The road network: read from OpenStreetMap, kept as arrays, snapped to, saved."""
