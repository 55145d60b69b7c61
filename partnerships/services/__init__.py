"""The doors of agreements: one function per verb. Only `mover` writes a status."""

from partnerships.services.starting import side_of, start_idea

__all__ = ["side_of", "start_idea"]
