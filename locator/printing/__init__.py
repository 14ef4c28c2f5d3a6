"""The press: answers and drawn panels become papers, in the readers' words. A door: it sees every room."""
