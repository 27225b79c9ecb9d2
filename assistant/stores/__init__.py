"""Where indexed paragraphs are kept: one interface, an embedded store and a distributed one."""
