"""The words that workers, coordinator and API share: outcomes, results, messages, queue names.

Standard library and pydantic only, so that every process can import it. May import no other room.
"""
