"""What the agreement's own page shows, as plain data. The statements are constant in rows."""

from partnerships.page.build import AgreementPage, page_of, trail_of
from partnerships.page.loading import load_agreement

__all__ = ["AgreementPage", "load_agreement", "page_of", "trail_of"]
