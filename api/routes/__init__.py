"""The addresses of the API, one file a subject. Each answers from `api.sources`, in the shapes of `api.views`."""
