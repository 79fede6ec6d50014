"""Fine-tuning: from labelled rows to a model folder that `new_generator` loads."""
