"""How a trip is made to keep the driving-time rules: stops as arrays, the search, the timetable, what to say when it fails."""
