"""The HTTP door: usage comes in, questions are answered."""
