"""Question, facts and formulas become an answer with a range."""
