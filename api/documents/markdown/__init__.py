"""What the API answers, in words: CommonMark behind front matter, for agents and people who read.

Pure, from the documents that JSON shows. May import documents.
"""

from api.documents.markdown.kinds import Kind, kind_of

__all__ = ["Kind", "kind_of"]
