"""The newest looks of a service, as series of one check in one region and as a grid of counts.

May import model and worker.contract.
"""
