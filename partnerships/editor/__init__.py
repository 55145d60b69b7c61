"""One editor for every section of an agreement, driven by `facts.SECTIONS`: columns are fields,
parts are rows. What a browser posts and what stands in the tables have one shape (`Typed`), so
that a refused form, a draft, a suggestion and an amendment are shown again in the same way.
"""

from partnerships.editor.desk import Desk
from partnerships.editor.pen import Pen
from partnerships.editor.typing import facts_of, typed_of

__all__ = ["Desk", "Pen", "facts_of", "typed_of"]
