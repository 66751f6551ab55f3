"""The tags of the interface: one per component."""

from django import template

register = template.Library()
