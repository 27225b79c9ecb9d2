"""The assistant within a program that is built on llama-index, and measured by llama-index's evaluators.

python examples/llama_index_adapters.py
"""

from pathlib import Path

from llama_index.core.evaluation import FaithfulnessEvaluator, RetrieverEvaluator

from assistant import Assistant
from assistant.llama_index.language_model import AssistantLLM
from assistant.llama_index.query_engine import AssistantQueryEngine
from assistant.llama_index.retriever import ArticleRetriever

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
QUESTION = "What did Xi and Putin sign in Moscow in 2023?"

with Assistant.open(SEEDS) as assistant:
    response = AssistantQueryEngine(assistant).query(QUESTION)
    print(response)
    for source in response.source_nodes:
        told = source.node.metadata
        print(f"  [{told['number']}] {told['source']}, {told['published']}: “{told['quote']}”")

    # Whether the paragraph that the answer cites is found, and how near to the top.
    found = RetrieverEvaluator.from_metric_names(["hit_rate", "mrr"], retriever=ArticleRetriever(assistant))
    print(found.evaluate(QUESTION, [source.node.node_id for source in response.source_nodes]).metric_vals_dict)

    # Whether a model says that the sources state the answer; any other of llama-index's models would do.
    judged = FaithfulnessEvaluator(llm=AssistantLLM(assistant.model)).evaluate_response(QUESTION, response)
    print("faithful" if judged.passing else "not faithful")
