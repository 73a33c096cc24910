"""Papers: what the program draws itself, as PDF/A-3B with embedded fonts. Beside `policies`, below `queries`.

A paper is told everything by frozen dataclasses and knows no rows, no scope and no request; whoever has the rows
(`queries/certificates.py`, the demo) fills them in. `sheet.py` is the firm's letter paper, the other modules what
stands on it. The same dataclass gives the same bytes.
"""
