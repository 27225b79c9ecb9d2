"""Teaches the embedded language model its judging tasks; the product never imports this package.

python -m training.examples examples.jsonl      # data + the product's prompts → examples
python -m training.train examples.jsonl out/    # LoRA on the dequantised model; resumes
python -m training.export out/ judge.gguf       # the adapter as llama.cpp reads it
"""

INVOCATION = "Check:"
