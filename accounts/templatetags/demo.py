"""Whether pages may offer the demo's people."""

from django import template

from accounts.domain import start

register = template.Library()


@register.simple_tag
def demo_is_open() -> bool:
    return start.demo_is_open()
