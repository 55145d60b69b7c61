"""For a developer: the demo with Django's error pages and the template reloader."""

from portal.settings.demo import *

DEBUG = True
