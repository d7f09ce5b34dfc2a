"""Rules: pure functions from facts to findings. One module an area, one function a rule."""
