"""Engines that know driving times: embedded on our own graph, or straight where no roads are known."""
