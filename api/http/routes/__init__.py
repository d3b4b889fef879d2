"""The addresses of the API, one file a subject. Each answers from the sources, in the shapes of
`api.documents`.
"""
