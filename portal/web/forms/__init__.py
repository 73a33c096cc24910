"""Forms: what may be typed, and in which words it is refused."""
