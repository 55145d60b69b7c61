from referrals.forms.sending import SendForm

__all__ = ["SendForm"]
