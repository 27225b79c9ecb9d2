"""The chat page: renders what `Assistant` answers, and nothing more."""

import os

# Gradio reads it when it is imported, which modules of this package do.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
