"""Where the next sites go: covering, median, centre and trip models, each with a bound on what the best could be."""
