"""What is asked: facts, bundles of invented news, public sets, readers' verdicts."""
