"""The pages in headless Chromium, as people see them."""
