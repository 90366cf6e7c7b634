"""Answers of a papers API -> documents in a folder: what to ask, asking politely, storing what came, in that order.

`questions.py` says what is asked and how the answer is named, `client.py` asks (`body.py`, `waits.py`), `store.py` puts
an answer into a file, and `session.py` does the three for one question after another. Nothing here reads a document.
"""
