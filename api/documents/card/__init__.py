"""The picture of an incident that links show before they are followed, as SVG and as PNG."""
