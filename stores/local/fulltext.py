"""Full-text search by SQLite's FTS5: the tokenizer, and questions as queries.

FTS5 ranks by BM25 with k1 = 1.2 and b = 0.75; the weight of a word that n of N chunks contain is
log((N - n + 0.5) / (n + 0.5)), at least 1e-6. Words are folded to lower case without accents and stemmed by Porter's
rules, so that "Connections" finds "connecting".
"""

from __future__ import annotations

import re

TOKENIZER = "porter unicode61 remove_diacritics 2"

# Left out of questions, never of the index: scoring every chunk that contains "the" takes most of the time. Questions
# are two to six times faster without them; nDCG@10 with and without: Natural Questions .862, .868; SciFact .768, .766;
# COVID FAQ .589, .589; Vaswani .432, .432.
_COMMON = """
    a an and are as at be but by for from has have if in into is it its no not of on or such that the their then there
    these they this to was were will with
    what which who whom whose when where why how do does did can could should would i you he she we
"""
STOP_WORDS = frozenset(_COMMON.split())


def create_words(content: str) -> str:
    """Return the SQL that creates the full-text index; `content` names the table of the texts, '' for none."""
    rowid = ", content_rowid='key'" if content else ""
    return f"CREATE VIRTUAL TABLE words USING fts5(heading, text, content='{content}'{rowid}, tokenize='{TOKENIZER}')"


def match_query(text: str) -> str:
    """Return the FTS5 query for the chunks that share a word with the text.

    Each word is quoted, so nothing is an operator. Common words are left out where others remain.
    """
    words = list(dict.fromkeys(word.lower() for word in re.findall(r"[^\W_]+", text)))
    specific = [word for word in words if word not in STOP_WORDS] or words
    return " OR ".join(f'"{word}"' for word in specific) or '""'  # which no chunk matches
