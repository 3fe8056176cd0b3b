"""Events from the topic to personal feeds, Atom and JSON Feed, served on loopback."""
