"""The command line: every question the locator answers, asked in a terminal."""
