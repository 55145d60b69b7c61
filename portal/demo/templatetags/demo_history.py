"""Says on the page that the demo's year is still being lived."""

from django import template

from portal.demo.world.progress import Progress, progress

register = template.Library()


@register.simple_tag
def demo_progress() -> Progress | None:
    return progress()
