"""Removal of chat templates' special tokens from an article's or a question's text."""

from __future__ import annotations

import re

# Qwen, Llama 3 and Phi (<|…|>), DeepSeek (<｜…｜>), Llama 2 and Mistral ([INST], <s>, <<SYS>>), Gemma
# (<start_of_turn>), and the marks of reasoning and tool calls.
_CONTROL_TOKEN = re.compile(
    r"<(?=\||｜|/?s>|<SYS|start_of_turn|end_of_turn|[be]os>|/?think>|/?tool_call>|/?tool_response>)"
    r"|\[(?=/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\])"
)


def without_control_tokens(text: str) -> str:
    """An article that says <|im_end|> must not end our message: the engine reads such marks as its own."""
    return _CONTROL_TOKEN.sub(lambda mark: mark[0] + " ", text)
