"""What coordinator and workers both must know of vantage points that are not ours."""
