"""The chat page: a Gradio app with its server, logins, conversations and background jobs, over `Assistant`."""

import os

# Gradio reads it when it is imported, which modules of this package do.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
