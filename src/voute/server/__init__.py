"""The composition root of the city's side: settings, drivers, HTTP, jobs. Alone in naming a driver."""
