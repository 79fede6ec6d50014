"""How do I use T5, GPT-2 or any model of my own? Name its folder; family and window are read from its config.

So that nothing is downloaded, the two models are made here, small and with random weights: their answers are nonsense.
What is real is the rest: each reads its own kind of prompt, filled to its window and never cut, and says what it left
out. A trained model is the same line: `model="google/flan-t5-base"`, `model="gpt2"`, `model="./my-finetuned-t5"`.
"""

from pathlib import Path
from tempfile import mkdtemp

import torch
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Tokenizer, T5Config, T5ForConditionalGeneration, T5Tokenizer

from rag import Config

DOCUMENTS = Path(__file__).parent / "knowledge_base" / "documents" / "handbook"
TEXTS = [path.read_text("utf-8") for path in sorted(DOCUMENTS.glob("*.md"))]
T5 = T5Config(vocab_size=1000, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0)
GPT2 = GPT2Config(vocab_size=1000, n_embd=32, n_layer=2, n_head=4, bos_token_id=0, eos_token_id=0)

work = Path(mkdtemp())
config = Config().override("store", path=str(work / "store")).override("pipeline", k=12)
config.index().sync([DOCUMENTS])

torch.manual_seed(0)
for name, model, tokenizer in (
    ("t5", T5ForConditionalGeneration(T5), T5Tokenizer()),
    ("gpt2", GPT2LMHeadModel(GPT2), GPT2Tokenizer()),
):
    model.save_pretrained(work / name)
    tokenizer.train_new_from_iterator(TEXTS, vocab_size=1000, show_progress=False).save_pretrained(work / name)

    pipeline = config.override("generator", model=str(work / name)).pipeline()
    answer = pipeline.ask("How much comp time can an employee carry over?")
    print(f"{name}: {pipeline.generator.style} prompts, a window of {answer.usage.context_window} tokens")
    print(f"  {answer.usage.prompt_tokens} tokens of prompt, {answer.usage.completion_tokens} new;", end=" ")
    print(f"{len(answer.hits)} passages found, {len(answer.dropped)} spans of them left out for want of room")
    print(f"  {answer.text[:60]!r} ...")
