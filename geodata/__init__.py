"""What is where: places, lines, metres, roads. Knows no question and no screen."""
