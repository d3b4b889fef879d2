"""Has a gateway ask others than the vendor that is down: the advice of an Outscope, followed in the
background, and the hooks of LiteLLM that go by it. Nothing here is ever waited for by a request.
"""
