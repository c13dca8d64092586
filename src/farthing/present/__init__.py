"""Answers as text, tables and documents. Computes no money."""
