"""Questions a driver, a planner or a clerk asks, and the doors they come through."""
